import { equalBytes, Hashed, sha256 } from "../platform"
import { settingsError } from "./errors"

/**
 * The commit record of one set of the settings file: the value of the set's slot 0. It is
 * written last, so a set counts only when all of it is in flash. Numbers are little-endian:
 *
 *     0  ...  first 4 bytes of the SHA-256 of all that follows
 *     4  u8   magic 0x53 ("S")
 *     5  u8   format version
 *     6  u8   flags, see KEEP_PREVIOUS
 *     7  u8   0
 *     8  u32  sequence number: of two valid sets the one with the higher number counts
 *    12  u32  version of the file, see `FileState`
 *    16  u16  bytes of the text
 *    18  ...  SHA-256 of the text, 32 bytes
 *    50  ...  note
 */
const FORMAT = 0x0253
/** Flag: the other set must not be overwritten, see `FileState`. */
const KEEP_PREVIOUS = 1
const CHECKSUM_BYTES = 4
const MAGIC = 4
const FLAGS = 6
const SEQUENCE = 8
const VERSION = 12
const CONTENT = 16
const NOTE = 50

/** Longest note, in bytes. */
export const MAX_NOTE_BYTES = 150

/** What is kept beside the text of a settings file, and committed with it in one write. */
export interface FileState {
    /** Version of the last file that came over the air, 0 to 4,294,967,295; 0: none yet. */
    version: number
    /** At most `MAX_NOTE_BYTES` for the part that delivers files, such as the state of a probation. */
    note: Buffer
    /** The previous file must not be overwritten: it may have to be restored. */
    keepPrevious: boolean
}

/**
 * What a commit record has of a text: its length, u16, and its SHA-256.
 * @param length in bytes
 * @param text the text, or the pieces of it
 */
export function describeText(length: number, text: Hashed[]): Buffer {
    const content = Buffer.alloc(NOTE - CONTENT)
    content.setAt(0, "u16", length)
    content.set(sha256(text), 2)
    return content
}

/**
 * Makes the commit record of a text.
 * @param content the text as `describeText` describes it
 * @throws SettingsError when the note is too long
 */
export function encodeCommit(
    state: FileState,
    sequence: number,
    content: Buffer
): Buffer {
    const { note } = state
    if (note.length > MAX_NOTE_BYTES)
        throw settingsError(
            `a note of ${note.length} bytes, at most ${MAX_NOTE_BYTES} fit`
        )
    const commit = Buffer.alloc(NOTE + note.length)
    commit.setAt(MAGIC, "u16", FORMAT)
    commit[FLAGS] = state.keepPrevious ? KEEP_PREVIOUS : 0
    commit.setAt(SEQUENCE, "u32", sequence)
    commit.setAt(VERSION, "u32", state.version)
    commit.set(content, CONTENT)
    commit.set(note, NOTE)
    commit.set(checksum(commit))
    return commit
}

/** Whether the value of a set's slot 0 is an undamaged record of this format. */
export function isCommit(value: Buffer): boolean {
    return (
        value.length >= NOTE &&
        value.getAt(MAGIC, "u16") === FORMAT &&
        equalBytes(value.slice(0, CHECKSUM_BYTES), checksum(value))
    )
}

/** The sequence number of a record; 0 without one. */
export function sequenceOf(commit: Buffer | undefined): number {
    return commit ? commit.getAt(SEQUENCE, "u32") : 0
}

/** The description of the text in a record; that of an empty text without a record. */
export function contentOf(commit: Buffer | undefined): Buffer {
    return commit ? commit.slice(CONTENT, NOTE) : describeText(0, [])
}

/** The state in a record; version 0 and an empty note without one. */
export function stateOf(commit: Buffer | undefined): FileState {
    if (!commit) commit = Buffer.alloc(NOTE)
    return {
        version: commit.getAt(VERSION, "u32"),
        note: commit.slice(NOTE),
        keepPrevious: commit[FLAGS] === KEEP_PREVIOUS,
    }
}

function checksum(commit: Buffer): Buffer {
    return sha256([commit.slice(CHECKSUM_BYTES)]).slice(0, CHECKSUM_BYTES)
}
