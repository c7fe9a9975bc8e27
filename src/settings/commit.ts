import { equalBytes, sha256 } from "../platform"
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
const FORMAT = 0x0153
/** Flag: the set before this one is kept to go back to. */
const KEEP_PREVIOUS = 1
const FLAGS = 2
const NOTE_BYTES = 3
const SEQUENCE = 4
const VERSION = 8
const CONTENT = 12
const CHECKSUM = 46
const NOTE = 50
const CHECKSUM_BYTES = 4

/** Longest note, in bytes. */
export const MAX_NOTE_BYTES = 150

/** What is kept beside the text of a settings file, and committed with it in one write. */
export interface FileState {
    /** Version of the last file that came over the air, 0 to 4,294,967,295; 0: none yet. */
    version: number
    /** At most `MAX_NOTE_BYTES` that belong to whoever delivers files, as the state of a probation. */
    note: Buffer
    /** The file before this one must not be overwritten: it may have to come back. */
    keepPrevious: boolean
}

/** What a commit record says of a text: its bytes, as u16, and its SHA-256. */
export function describeText(text: Buffer): Buffer {
    const content = Buffer.alloc(CHECKSUM - CONTENT)
    content.setAt(0, "u16", text.length)
    content.set(sha256([text]), 2)
    return content
}

/**
 * The record of a text, which is the value of a set's slot 0.
 * @param content what `describeText` says of it
 * @throws SettingsError when the note is too long
 */
export function encodeCommit(
    { version, note, keepPrevious }: FileState,
    sequence: number,
    content: Buffer
): Buffer {
    if (note.length > MAX_NOTE_BYTES)
        throw settingsError(
            `a note of ${note.length} bytes, at most ${MAX_NOTE_BYTES} fit`
        )
    const commit = Buffer.alloc(NOTE + note.length)
    commit.setAt(0, "u16", FORMAT)
    commit[FLAGS] = keepPrevious ? KEEP_PREVIOUS : 0
    commit[NOTE_BYTES] = note.length
    commit.setAt(SEQUENCE, "u32", sequence)
    commit.setAt(VERSION, "u32", version)
    commit.set(content, CONTENT)
    commit.set(note, NOTE)
    commit.set(checksum(commit), CHECKSUM)
    return commit
}

/** Whether the value of a set's slot 0 is a sound record of this format. */
export function isCommit(value: Buffer): boolean {
    return (
        value.length === NOTE + value[NOTE_BYTES] &&
        value.getAt(0, "u16") === FORMAT &&
        equalBytes(value.slice(CHECKSUM, NOTE), checksum(value))
    )
}

/** Of two whole sets the one with the higher number counts; 0 for no record. */
export function sequenceOf(commit: Buffer | undefined): number {
    return commit ? commit.getAt(SEQUENCE, "u32") : 0
}

/** What a record says of its text, that of no text without one. */
export function contentOf(commit: Buffer | undefined): Buffer {
    return commit
        ? commit.slice(CONTENT, CHECKSUM)
        : describeText(Buffer.alloc(0))
}

/** The state in a record; version 0 without one. */
export function stateOf(commit: Buffer | undefined): FileState {
    if (!commit) commit = Buffer.alloc(NOTE)
    return {
        version: commit.getAt(VERSION, "u32"),
        note: commit.slice(NOTE, commit.length),
        keepPrevious: (commit[FLAGS] & KEEP_PREVIOUS) !== 0,
    }
}

function checksum(commit: Buffer): Buffer {
    return sha256([
        commit.slice(0, CHECKSUM),
        commit.slice(NOTE, commit.length),
    ]).slice(0, CHECKSUM_BYTES)
}
