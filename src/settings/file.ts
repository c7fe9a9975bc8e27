// The settings file of a board, `settings.env`, in two sets of flash slots, of which one counts. A new
// text is written to the other set; then one write, of the commit record, makes that set count. What
// must hold: after a power cut between any two writes either the old file or the new one is read, as
// a whole; in the set that counts, nothing but the commit record is ever written.
import {
    configSlot,
    equalBytes,
    FlashSlots,
    Jobs,
    MAX_VALUE_BYTES,
    piecesText,
    runExclusive,
} from "../platform"
import {
    contentOf,
    describeText,
    encodeCommit,
    FileState,
    isCommit,
    sequenceOf,
    stateOf,
} from "./commit"
import { settingsError } from "./errors"

/** Longest text in the 8 KB flash store of a small board, in bytes. */
export const SMALL_FILE_BYTES = 700
/** Longest text in the 16 KB flash store of an ESP32, in bytes. */
export const LARGE_FILE_BYTES = 1400

/** What the error about too many jobs names. */
const THING = "the settings file"

/** A settings file as read from flash. */
export interface StoredFile extends FileState {
    text: string
}

/**
 * What is known of the settings file of a board. The functions below work on it; call them `inTurn`.
 *
 * @devsWhenUsed
 */
export class SettingsFile {
    /** The jobs that work on it. */
    readonly jobs: Jobs = []
    /** The damage that was found last; undefined when there was none. It stays until the next start. */
    damage: string
    /** Whether the fields below agree with the flash. */
    isRead: boolean
    /** Commit record of the set that counts; undefined when there is none. */
    commit: Buffer
    /** Number of the other set, 0 or 1. */
    idle: number
    /** Commit record of the other set; its text may be overwritten in part by now. */
    other: Buffer

    /**
     * @param flash the store
     * @param maxBytes longest text, in bytes: `LARGE_FILE_BYTES`, or `SMALL_FILE_BYTES` for a flash
     * store of 8 KB
     */
    constructor(
        readonly flash: FlashSlots,
        readonly maxBytes: number = LARGE_FILE_BYTES
    ) {}
}

/**
 * Runs a job with the file after all earlier jobs, and to its end, even if the calling fiber is
 * terminated.
 * @throws what `job` throws; Error when too many jobs are queued
 */
export async function inTurn<T>(
    file: SettingsFile,
    job: () => Promise<T>
): Promise<T> {
    return await runExclusive(file.jobs, THING, async () => {
        if (!file.isRead) await readFile(file)
        return await job()
    })
}

/** Reads the file after all earlier jobs, as `readFile` does. */
export async function readInTurn(
    file: SettingsFile
): Promise<StoredFile | undefined> {
    return await runExclusive(
        file.jobs,
        THING,
        async () => await readFile(file)
    )
}

/**
 * Reads the file that counts; if it is damaged, the one before.
 * @returns undefined when there is none
 * @throws FlashError when the flash does not answer
 */
export async function readFile(
    file: SettingsFile
): Promise<StoredFile | undefined> {
    // if the flash fails now, nothing is known of the file
    file.isRead = false
    const commits = [await readCommit(file, 0), await readCommit(file, 1)]
    let index = sequenceOf(commits[1]) > sequenceOf(commits[0]) ? 1 : 0
    let stored = await readSet(file, index, commits[index])
    if (!stored) {
        index = 1 - index
        stored = await readSet(file, index, commits[index])
    }
    file.commit = stored && commits[index]
    file.idle = 1 - index
    file.other = commits[1 - index]
    file.isRead = true
    return stored
}

/** Reads the file that `rollBackFile` would restore; undefined when there is none. */
export async function readPrevious(
    file: SettingsFile
): Promise<StoredFile | undefined> {
    return await readSet(file, file.idle, file.other)
}

/**
 * Replaces the text and, in the same commit, changes the state. A text that counts already is not
 * written again, nor are pieces that are in flash already.
 * @param state what is to change in the state
 * @throws SettingsError when the text is longer than `maxBytes`, when the previous file must be
 * kept, or when the flash does not keep what is written; FlashError when the flash does not answer.
 * The old file still counts then
 */
export async function replaceFile(
    file: SettingsFile,
    source: string,
    state: Partial<FileState> = {}
): Promise<void> {
    const { commit, maxBytes, flash, idle } = file
    const length = source.byteLength
    if (length > maxBytes)
        throw settingsError(`${length} bytes, at most ${maxBytes} fit`)
    const content = describeText(length, [source])
    const isNew = !commit || !equalBytes(contentOf(commit), content)
    if (isNew) {
        if (stateOf(commit).keepPrevious)
            throw settingsError(
                "the last change is on probation, the file before it must stay"
            )
        let part = 1
        for (let at = 0; at < length; at += MAX_VALUE_BYTES) {
            // piece by piece: a copy of the whole would take as much heap again
            const piece = Buffer.alloc(Math.min(MAX_VALUE_BYTES, length - at))
            piece.blitAt(0, source, at, piece.length)
            await writePiece(flash, configSlot(idle, part++), piece)
        }
        if (!(await readPieces(flash, idle, content)))
            throw settingsError("the flash did not keep the text")
    }
    await writeCommit(file, isNew, commit, state, content)
}

/** Whether the file that counts has this text. */
export function isStored({ commit }: SettingsFile, text: string): boolean {
    const content = describeText(text.byteLength, [text])
    return commit !== undefined && equalBytes(contentOf(commit), content)
}

/**
 * Changes the state of the file that counts: one write, or none when nothing changes.
 * @throws as `replaceFile`
 */
export async function setFileState(
    file: SettingsFile,
    state: Partial<FileState>
): Promise<void> {
    const { commit } = file
    await writeCommit(file, !commit, commit, state, contentOf(commit))
}

/**
 * Makes the previous file count again, or an empty one when there is none, in one write. It keeps
 * its version and note unless `state` has others.
 * @throws as `replaceFile`
 */
export async function rollBackFile(
    file: SettingsFile,
    state: Partial<FileState> = {}
): Promise<void> {
    const previous = (await readPrevious(file)) && file.other
    const next = Object.assign({ keepPrevious: false }, state)
    await writeCommit(file, true, previous, next, contentOf(previous))
}

async function readCommit(
    file: SettingsFile,
    index: number
): Promise<Buffer | undefined> {
    const value = await file.flash.read(configSlot(index, 0))
    if (!value || isCommit(value)) return value
    noteDamage(file, index)
    return undefined
}

/**
 * Writes a commit record, unless it is in flash already.
 * @param isNew whether it is written to the other set, which then counts
 * @param before the record whose state is taken over, with the changes of `state`
 */
async function writeCommit(
    file: SettingsFile,
    isNew: boolean,
    before: Buffer | undefined,
    state: Partial<FileState>,
    content: Buffer
): Promise<void> {
    const { flash, commit, idle } = file
    const slot = configSlot(isNew ? idle : 1 - idle, 0)
    const value = encodeCommit(
        Object.assign(stateOf(before), state),
        sequenceOf(commit) + (isNew ? 1 : 0),
        content
    )
    if (equalBytes(commit, value)) return
    // if the flash fails now, only reading it again can tell which set counts
    file.isRead = false
    await flash.write(slot, value)
    const kept = await flash.read(slot)
    if (!equalBytes(kept, value))
        throw settingsError("the flash did not keep the change")
    file.isRead = true
    file.commit = value
    if (!isNew) return
    file.idle = 1 - idle
    file.other = commit
}

/** The file in a set; undefined when there is none, or its text is not the committed one. */
async function readSet(
    file: SettingsFile,
    index: number,
    commit: Buffer | undefined
): Promise<StoredFile | undefined> {
    if (!commit) return undefined
    const content = contentOf(commit)
    const pieces = await readPieces(file.flash, index, content)
    if (!pieces) {
        noteDamage(file, index)
        return undefined
    }
    return Object.assign(stateOf(commit), { text: piecesText(pieces) })
}

/**
 * The text in a set; undefined when it does not match its description. In pieces, since a used heap
 * may have no room for one long buffer.
 */
async function readPieces(
    flash: FlashSlots,
    index: number,
    content: Buffer
): Promise<Buffer[] | undefined> {
    const pieces: Buffer[] = []
    const length = content.getAt(0, "u16")
    for (let at = 0; at < length; at += MAX_VALUE_BYTES) {
        const value = await flash.read(configSlot(index, pieces.length + 1))
        if (!value) return undefined
        pieces.push(value)
    }
    return equalBytes(describeText(length, pieces), content)
        ? pieces
        : undefined
}

async function writePiece(
    flash: FlashSlots,
    slot: string,
    value: Buffer
): Promise<void> {
    const there = await flash.read(slot)
    // flash wears out: a piece that is there from an earlier file is not written again
    if (!equalBytes(there, value)) await flash.write(slot, value)
}

function noteDamage(file: SettingsFile, index: number): void {
    file.damage = `the file at ${configSlot(index, 0)} is damaged`
}
