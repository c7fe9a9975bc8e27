import {
    flashError,
    MAX_LOG_SEGMENTS,
    OPTION_ERROR,
    rangeError,
    removeFrom,
} from "../platform"
import { SEQ_COUNT } from "./format"
import type { FileSetup } from "./options"
import { FlashLog, keepFiles, note } from "./state"

// Several logs share the slots of one store, and the table of what each slot holds. Each log is
// granted what its files need, and what is left is divided among them. A log may hold any slots,
// as many as its share; it never takes one with a segment that counts from another log of the
// program. Segments of a log that the program has no more, as after a new file name, come last.

/** In the table: a slot that was never written; to use it makes the live data of the store grow. */
export const VIRGIN = -1
/** Bytes of text a segment holds at least when lines have 40 bytes or more on average. */
const SEGMENT_TEXT_BYTES = 168

/**
 * Enters a log among those of its store. One of the same name that is there is closed.
 * @throws OPTION_ERROR when its files do not fit beside those of the others
 */
export function claimSlots(log: FlashLog): void {
    const { peers, options } = log
    const { filename } = options
    for (const peer of peers.slice()) {
        if (peer.key !== log.key) continue
        if (peer.options.filename !== filename)
            throw rangeError(
                OPTION_ERROR,
                `flash log "${filename}": its name is too like "${peer.options.filename}", take another`
            )
        peer.closed = true
        releaseSlots(peer)
    }
    grantSlots(log, options)
}

/** Takes a log off those of its store. */
export function releaseSlots(log: FlashLog): void {
    removeFrom(log.peers, log)
}

/**
 * Applies options of a log; other logs may have to free slots for them.
 * @throws OPTION_ERROR when its files do not fit beside those of the others; nothing is changed then
 */
export function grantSlots(log: FlashLog, options: FileSetup): void {
    const { filename, maxSize, maxCount, slots } = options
    const { peers } = log
    const others: string[] = []
    let free = MAX_LOG_SEGMENTS
    for (const peer of peers) {
        if (peer === log) continue
        free -= neededSlots(peer.options)
        others.push(peer.options.filename)
    }
    const need = neededSlots(options)
    const most = Math.min(slots, free)
    if (need > most)
        throw rangeError(
            OPTION_ERROR,
            `flash log "${filename}": maxSize ${maxSize} with ${maxCount + 1} files needs ${need} slots of flash, ` +
                `there are ${most} of ${MAX_LOG_SEGMENTS} beside other logs (${others.join(", ")})`
        )
    log.options = options
    if (peers.indexOf(log) < 0) peers.push(log)
    const spare = Math.idiv(free - need, peers.length)
    for (const peer of peers) {
        const share = neededSlots(peer.options) + spare
        peer.share = Math.min(peer.options.slots, share)
        returnSlots(peer)
    }
}

/** Gives up the oldest files of a log that has more than its share. */
export function returnSlots(log: FlashLog): void {
    while (log.starts.length > 1 && heldBy(log) > log.share) dropOldestFile(log)
}

/** Slots that the files of a log need when lines have 40 bytes or more on average. */
function neededSlots({ maxSize, maxCount }: FileSetup): number {
    return Math.max(2, Math.ceil(maxSize / SEGMENT_TEXT_BYTES) * (maxCount + 1))
}

/** Number of the segment of a log in a slot; 0 when it has none there, or one that does not count. */
export function seqIn({ slots, key, oldest }: FlashLog, slot: number): number {
    const seq = slots[slot] - key
    return seq >= oldest && seq < SEQ_COUNT ? seq : 0
}

/** The log of the program whose segment is, or was, in a slot; undefined for none. */
export function ownerOf({ peers, slots }: FlashLog, slot: number): FlashLog {
    for (const peer of peers) {
        const seq = slots[slot] - peer.key
        if (seq >= 0 && seq < SEQ_COUNT) return peer
    }
    return undefined
}

/**
 * A slot for a new segment, without taking one that counts. When there is none, the oldest file goes.
 * @throws FlashError when one file needs more than all slots
 */
export function slotFor(log: FlashLog): number {
    while (true) {
        const slot = heldBy(log) < log.share ? unusedSlot(log) : -1
        if (slot >= 0) return slot
        dropOldestFile(log)
    }
}

/** One that was written before costs the store nothing; one of a log that is gone is the last. */
function unusedSlot(log: FlashLog): number {
    const { slots } = log
    let unused = slots.indexOf(VIRGIN)
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) {
        const owner = ownerOf(log, i)
        if (owner && seqIn(owner, i) === 0) return i
        if (!owner && unused < 0) unused = i
    }
    if (unused >= 0 && slots[unused] !== VIRGIN)
        note(
            log,
            "segments of a log that is not there any more are overwritten"
        )
    return unused
}

/** How many slots have a segment of a log that counts. */
function heldBy(log: FlashLog): number {
    let held = 0
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) if (seqIn(log, i) > 0) held++
    return held
}

/** Gives up the oldest file: there were more or larger ones before the settings changed. */
function dropOldestFile(log: FlashLog): void {
    const { starts, options } = log
    if (starts.length < 2)
        throw flashError(options.filename, "one file needs more than all slots")
    keepFiles(log, starts.length - 1)
    note(log, "the oldest file was given up to make room")
}
