import {
    configSlot,
    equalBytes,
    FlashSlots,
    MAX_VALUE_BYTES,
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
    /** The text is in force already, and was not written. */
    readonly unchanged: boolean
    /** Its bytes and its SHA-256, as in the commit record. */
    readonly content: Buffer
}

/** What is known of the two sets. */
export interface Sets {
    readonly flash: FlashSlots
    readonly maxBytes: number
    /** What was found damaged, by slot. */
    readonly problems: string[]
    /** The rest is as it is in flash. */
    opened?: boolean
    /** Commit record of the file that counts; undefined when there is none. */
    commit?: Buffer
    /** Number of the other set, 0 or 1. */
    idle: number
    /** Commit record of the other set; its text may be that of no commit yet. */
    other?: Buffer
    /** What the next commit is about. */
    staged?: StagedFile
}

/** A settings file as it is read. */
export interface StoredFile extends FileState {
    text: string
}

/** Finds the set that counts. @returns its file; undefined when there is none */
export async function openSets(sets: Sets): Promise<StoredFile | undefined> {
    // should the flash fail now, nothing is known of it
    sets.opened = false
    sets.commit = undefined
    sets.other = undefined
    const commits = [await readCommit(sets, 0), await readCommit(sets, 1)]
    const newest = sequenceOf(commits[1]) > sequenceOf(commits[0]) ? 1 : 0
    let file: StoredFile | undefined
    for (const index of [newest, 1 - newest]) {
        const commit = commits[index]
        if (!commit || file) continue
        file = await readSet(sets.flash, index, commit)
        if (!file) noteDamage(sets, index)
        sets.commit = file && commit
        sets.idle = file ? 1 - index : index
        sets.other = commits[1 - index]
    }
    sets.opened = true
    return file
}

/** The file that `restorePrevious` brings back; undefined when there is none. */
export async function readPrevious({
    flash,
    idle,
    other,
}: Sets): Promise<StoredFile | undefined> {
    return other && (await readSet(flash, idle, other))
}

/**
 * Writes a text to the set that does not count, and reads it back.
 * @throws SettingsError when it is too long, when the set must stay, or when flash does not keep it
 */
export async function stageText(
    sets: Sets,
    source: string
): Promise<StagedFile> {
    const { commit, maxBytes, flash, idle } = sets
    const text = Buffer.from(source)
    const { length } = text
    if (length > maxBytes)
        throw settingsError(`${length} bytes, at most ${maxBytes} fit`)
    const content = describeText(text)
    const unchanged =
        commit !== undefined && equalBytes(content, contentOf(commit))
    sets.staged = undefined
    if (!unchanged) {
        if (commit && stateOf(commit).keepPrevious)
            throw settingsError(
                "the last change is on probation, the file before it must stay"
            )
        let part = 1
        for (let at = 0; at < length; at += MAX_VALUE_BYTES) {
            const end = Math.min(at + MAX_VALUE_BYTES, length)
            const slot = configSlot(idle, part++)
            await writePiece(flash, slot, text.slice(at, end))
        }
        if (!(await readText(flash, idle, content)))
            throw settingsError("the flash did not keep the text")
    }
    sets.staged = { unchanged, content }
    return sets.staged
}

/**
 * Makes a staged text count, with what changes of the state.
 * @throws SettingsError when another change came first, or when flash does not keep it
 */
export async function commitText(
    sets: Sets,
    staged: StagedFile,
    state: Partial<FileState> | undefined
): Promise<void> {
    if (staged !== sets.staged)
        throw settingsError("another change came first, try again")
    const { unchanged, content } = staged
    await writeCommit(sets, !unchanged, sets.commit, state, content)
}

/** Changes the state of the file that counts. @throws as `commitText` */
export async function changeState(
    sets: Sets,
    state: Partial<FileState> | undefined
): Promise<void> {
    const { commit } = sets
    await writeCommit(sets, !commit, commit, state, contentOf(commit))
}

/** Makes the previous file count, or an empty one when there is none. @throws as `commitText` */
export async function restorePrevious(
    sets: Sets,
    state: Partial<FileState> | undefined
): Promise<void> {
    const previous = (await readPrevious(sets)) && sets.other
    const next = Object.assign({ keepPrevious: false }, state)
    await writeCommit(sets, true, previous, next, contentOf(previous))
}

async function readCommit(
    sets: Sets,
    index: number
): Promise<Buffer | undefined> {
    const value = await sets.flash.read(configSlot(index, 0))
    if (!value || isCommit(value)) return value
    noteDamage(sets, index)
    return undefined
}

/**
 * Writes a commit record, unless it is there already.
 * @param isNew it is that of the other set, which counts from then on
 * @param before the record whose state it has, apart from `state`
 */
async function writeCommit(
    sets: Sets,
    isNew: boolean,
    before: Buffer | undefined,
    state: Partial<FileState>,
    content: Buffer
): Promise<void> {
    const { flash, commit, idle } = sets
    const index = isNew ? idle : 1 - idle
    const slot = configSlot(index, 0)
    const value = encodeCommit(
        Object.assign(stateOf(before), state),
        sequenceOf(commit) + (isNew ? 1 : 0),
        content
    )
    if (commit && equalBytes(commit, value)) return
    // should the flash fail now, only reading it can tell which set counts
    sets.opened = false
    sets.staged = undefined
    await flash.write(slot, value)
    const kept = await flash.read(slot)
    if (!kept || !equalBytes(kept, value))
        throw settingsError("the flash did not keep the change")
    sets.opened = true
    sets.commit = value
    if (!isNew) return
    sets.idle = 1 - idle
    sets.other = commit
}

/** The file of a set; undefined when its text is not what was committed. */
async function readSet(
    flash: FlashSlots,
    index: number,
    commit: Buffer
): Promise<StoredFile | undefined> {
    const text = await readText(flash, index, contentOf(commit))
    return text && Object.assign(stateOf(commit), { text: text.toString() })
}

/** The text of a set; undefined when it is not the one described. */
async function readText(
    flash: FlashSlots,
    index: number,
    content: Buffer
): Promise<Buffer | undefined> {
    const length = content.getAt(0, "u16")
    const text = Buffer.alloc(length)
    let part = 1
    for (let at = 0; at < length; at += MAX_VALUE_BYTES) {
        const value = await flash.read(configSlot(index, part++))
        if (!value) return undefined
        text.set(value, at)
    }
    return equalBytes(describeText(text), content) ? text : undefined
}

async function writePiece(
    flash: FlashSlots,
    slot: string,
    value: Buffer
): Promise<void> {
    const there = await flash.read(slot)
    // a flash wears out: what is there from an earlier file is not written again
    if (!there || !equalBytes(there, value)) await flash.write(slot, value)
}

function noteDamage({ problems }: Sets, index: number): void {
    const problem = `the file at ${configSlot(index, 0)} is damaged`
    if (problems.indexOf(problem) < 0) problems.push(problem)
}
