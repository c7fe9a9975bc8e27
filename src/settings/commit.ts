import { digest } from "@devicescript/crypto"
import { settingsError } from "./errors"

/**
 * The commit record of one set of the settings file: the value of the set's slot 0. It is
 * written last, so a set counts only once all of it is in flash. Little-endian:
 *
 *     0  u8   magic 0x53 ("S")
 *     1  u8   format version
 *     2  u8   flags, see KEEP_PREVIOUS
 *     3  u8   bytes of the note
 *     4  u32  sequence number: of two whole sets the one with the higher number counts
 *     8  u32  version of the file, see `FileState`
 *    12  u16  bytes of the text
 *    14  ...  SHA-256 of the text, 32 bytes
 *    46  ...  first 4 bytes of the SHA-256 of this record without them
 *    50  ...  note
 *
 * The host reads the same format in `host/flash/config.ts`.
 */
const MAGIC = 0x53
const FORMAT_VERSION = 1
/** Flag: the set before this one is kept to go back to. */
const KEEP_PREVIOUS = 1
const FLAGS = 2
const NOTE_BYTES = 3
const SEQUENCE = 4
const VERSION = 8
const TEXT_BYTES = 12
const HASH = 14
const CHECKSUM = 46
const NOTE = 50
const HASH_BYTES = 32
const CHECKSUM_BYTES = 4

/** Longest note, in bytes. */
export const MAX_NOTE_BYTES = 96

/** What is kept beside the text of a settings file, and committed with it in one write. */
export interface FileState {
    /** Version of the last file that came over the air, 0 to 4,294,967,295; 0: none yet. */
    version: number
    /** At most `MAX_NOTE_BYTES` that belong to whoever delivers files, as the state of a probation. */
    note: Buffer
    /** The file before this one must not be overwritten: it may have to come back. */
    keepPrevious: boolean
}

/** A commit record as it is read. */
export interface Commit extends FileState {
    sequence: number
    /** Bytes of the text. */
    length: number
    /** SHA-256 of the text. */
    hash: Buffer
}

/** The record of an empty file that nobody has written yet. */
export function emptyCommit(): Commit {
    const nothing = Buffer.alloc(0)
    return {
        sequence: 0,
        version: 0,
        length: 0,
        hash: digest("sha256", nothing),
        keepPrevious: false,
        note: nothing,
    }
}

/** The value of a set's slot 0. @throws SettingsError when the note is too long */
export function encodeCommit(commit: Commit): Buffer {
    const { note } = commit
    if (note.length > MAX_NOTE_BYTES)
        throw settingsError(
            `a note of ${note.length} bytes, at most ${MAX_NOTE_BYTES} fit`
        )
    const value = Buffer.alloc(NOTE + note.length)
    value[0] = MAGIC
    value[1] = FORMAT_VERSION
    value[FLAGS] = commit.keepPrevious ? KEEP_PREVIOUS : 0
    value[NOTE_BYTES] = note.length
    value.setAt(SEQUENCE, "u32", commit.sequence)
    value.setAt(VERSION, "u32", commit.version)
    value.setAt(TEXT_BYTES, "u16", commit.length)
    value.set(commit.hash, HASH)
    value.set(note, NOTE)
    value.set(checksum(value), CHECKSUM)
    return value
}

/** Reads the value of a set's slot 0; undefined when it is no sound record of this format. */
export function decodeCommit(value: Buffer): Commit | undefined {
    if (value[0] !== MAGIC || value[1] !== FORMAT_VERSION) return undefined
    if (value.length !== NOTE + value[NOTE_BYTES]) return undefined
    const stored = value.slice(CHECKSUM, NOTE)
    if (!sameBytes(stored, checksum(value))) return undefined
    return {
        sequence: value.getAt(SEQUENCE, "u32"),
        version: value.getAt(VERSION, "u32"),
        length: value.getAt(TEXT_BYTES, "u16"),
        hash: value.slice(HASH, HASH + HASH_BYTES),
        keepPrevious: (value[FLAGS] & KEEP_PREVIOUS) !== 0,
        note: value.slice(NOTE, value.length),
    }
}

/** Whether two buffers hold the same bytes. */
export function sameBytes(a: Buffer, b: Buffer): boolean {
    if (a.length !== b.length) return false
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
    return true
}

function checksum(value: Buffer): Buffer {
    return digest(
        "sha256",
        value.slice(0, CHECKSUM),
        value.slice(NOTE, value.length)
    ).slice(0, CHECKSUM_BYTES)
}
