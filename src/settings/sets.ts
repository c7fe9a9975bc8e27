import { digest } from "@devicescript/crypto"
import { configSlot, FlashSlots, MAX_VALUE_BYTES } from "../platform"
import {
    Commit,
    decodeCommit,
    emptyCommit,
    encodeCommit,
    FileState,
    sameBytes,
} from "./commit"
import { settingsError } from "./errors"

// The two sets of slots in which the settings file lies. One of them counts. A new text goes into
// the other one; its commit record, one write, then makes it count. What must hold: after a power
// cut between any two writes the old file or the new one is read, whole; of the set that counts
// nothing but its commit record is written. Callers run these functions one at a time.

/** Longest text in the 8 KB flash store of a small board, in bytes. */
export const SMALL_FILE_BYTES = 700
/** Longest text in the 16 KB flash store of an ESP32, in bytes. */
export const LARGE_FILE_BYTES = 1400

/** A text in the set that does not count. */
export interface StagedFile {
    /** The text is the one that counts already, and was not written. */
    readonly unchanged: boolean
    /** Bytes of the text. */
    readonly length: number
    /** SHA-256 of the text. */
    readonly hash: Buffer
}

/** What is known of the two sets. */
export interface Sets {
    readonly flash: FlashSlots
    readonly maxBytes: number
    /** What was found damaged, by slot. */
    readonly problems: string[]
    /** The rest is as it is in flash. */
    opened: boolean
    /** Number of the set that counts, 0 or 1. */
    index: number
    /** Its commit record; undefined when there is no file. */
    commit: Commit
    /** Highest sequence number of a record in flash. */
    sequence: number
    /** What the next commit is about. */
    staged: StagedFile
}

/** Finds the set that counts. @returns its text; undefined when there is no file */
export async function openSets(sets: Sets): Promise<Buffer | undefined> {
    const first = await readCommit(sets, 0)
    const second = await readCommit(sets, 1)
    const newest =
        second && (!first || second.sequence > first.sequence) ? 1 : 0
    sets.sequence = 0
    sets.commit = undefined
    let text: Buffer = undefined
    for (const index of [newest, 1 - newest]) {
        const commit = index === 0 ? first : second
        if (!commit) continue
        sets.sequence = Math.max(sets.sequence, commit.sequence)
        if (text) continue
        text = await readText(sets.flash, index, commit)
        sets.index = index
        if (text) sets.commit = commit
        else note(sets, `the file at ${configSlot(index, 0)} is damaged`)
    }
    sets.opened = true
    return text
}

/** The file that `rollBack` brings back: its commit record and text; undefined when there is none. */
export async function readPrevious(
    sets: Sets
): Promise<{ commit: Commit; text: Buffer } | undefined> {
    const index = idle(sets)
    const commit = await readCommit(sets, index)
    if (!commit || !sets.commit || commit.sequence > sets.commit.sequence)
        return undefined
    const text = await readText(sets.flash, index, commit)
    return text ? { commit, text } : undefined
}

/** Writes a text to the set that does not count and reads it back. */
export async function stageText(sets: Sets, text: Buffer): Promise<StagedFile> {
    const { commit, maxBytes, flash } = sets
    const { length } = text
    if (length > maxBytes)
        throw settingsError(`${length} bytes, at most ${maxBytes} fit`)
    const hash = digest("sha256", text)
    const unchanged =
        commit !== undefined &&
        commit.length === length &&
        sameBytes(commit.hash, hash)
    const staged = { unchanged, length, hash }
    sets.staged = undefined
    if (!unchanged) {
        if (commit && commit.keepPrevious)
            throw settingsError(
                "the last change is on probation, the file before it must stay"
            )
        const index = idle(sets)
        for (let part = 1; (part - 1) * MAX_VALUE_BYTES < length; part++)
            await writePart(flash, configSlot(index, part), piece(text, part))
        if (!(await readText(flash, index, staged)))
            throw settingsError("the flash did not keep the text")
    }
    sets.staged = staged
    return staged
}

/** Makes a staged text count, with a state. */
export async function commitText(
    sets: Sets,
    staged: StagedFile,
    state: Partial<FileState>
): Promise<void> {
    if (staged !== sets.staged)
        throw settingsError("another change came first, try again")
    if (staged.unchanged) return await changeState(sets, state)
    const next = withState(sets.commit, state)
    next.length = staged.length
    next.hash = staged.hash
    next.sequence = sets.sequence + 1
    await writeCommit(sets, idle(sets), next)
}

/** Writes the commit record of the set that counts, if its state changes. */
export async function changeState(
    sets: Sets,
    state: Partial<FileState>
): Promise<void> {
    const { commit, index } = sets
    const next = withState(commit, state)
    if (commit && sameBytes(encodeCommit(commit), encodeCommit(next))) return
    if (!commit) next.sequence = sets.sequence + 1
    await writeCommit(sets, index, next)
}

/** Makes the previous file count, or an empty one when there is none. */
export async function restorePrevious(
    sets: Sets,
    state: Partial<FileState>
): Promise<void> {
    const previous = await readPrevious(sets)
    const next = withState(previous && previous.commit, state)
    if (state.keepPrevious === undefined) next.keepPrevious = false
    next.sequence = sets.sequence + 1
    await writeCommit(sets, idle(sets), next)
}

function idle(sets: Sets): number {
    return sets.commit ? 1 - sets.index : sets.index
}

/** A copy of a commit record, or of that of an empty file, with some of its state changed. */
function withState(
    commit: Commit | undefined,
    state: Partial<FileState>
): Commit {
    return Object.assign(Object.assign({}, commit || emptyCommit()), state)
}

async function readCommit(
    sets: Sets,
    index: number
): Promise<Commit | undefined> {
    const slot = configSlot(index, 0)
    const value = await sets.flash.read(slot)
    if (!value) return undefined
    const commit = decodeCommit(value)
    if (commit && commit.length <= LARGE_FILE_BYTES) return commit
    note(sets, `the commit record ${slot} is damaged`)
    return undefined
}

async function writeCommit(
    sets: Sets,
    index: number,
    commit: Commit
): Promise<void> {
    const slot = configSlot(index, 0)
    const value = encodeCommit(commit)
    // should the flash fail now, only reading it can tell which set counts
    sets.opened = false
    sets.staged = undefined
    await sets.flash.write(slot, value)
    const kept = await sets.flash.read(slot)
    if (!kept || !sameBytes(kept, value))
        throw settingsError("the flash did not keep the change")
    sets.opened = true
    sets.index = index
    sets.commit = commit
    sets.sequence = Math.max(sets.sequence, commit.sequence)
}

/** The text of a set; undefined when it is not the one that was committed. */
async function readText(
    flash: FlashSlots,
    index: number,
    wanted: { length: number; hash: Buffer }
): Promise<Buffer | undefined> {
    const { length, hash } = wanted
    const text = Buffer.alloc(length)
    for (let at = 0; at < length; at += MAX_VALUE_BYTES) {
        const slot = configSlot(index, 1 + Math.idiv(at, MAX_VALUE_BYTES))
        const value = await flash.read(slot)
        if (!value || value.length !== Math.min(MAX_VALUE_BYTES, length - at))
            return undefined
        text.set(value, at)
    }
    return sameBytes(digest("sha256", text), hash) ? text : undefined
}

async function writePart(
    flash: FlashSlots,
    slot: string,
    value: Buffer
): Promise<void> {
    const there = await flash.read(slot)
    // a flash wears out: what is there from an earlier file is not written again
    if (!there || !sameBytes(there, value)) await flash.write(slot, value)
}

function piece(text: Buffer, part: number): Buffer {
    const end = Math.min(part * MAX_VALUE_BYTES, text.length)
    return text.slice((part - 1) * MAX_VALUE_BYTES, end)
}

function note(sets: Sets, problem: string): void {
    if (sets.problems.indexOf(problem) < 0) sets.problems.push(problem)
}
