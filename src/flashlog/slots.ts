import {
    flashError,
    MAX_LOG_SEGMENTS,
    OPTION_ERROR,
    rangeError,
    removeFrom,
} from "../platform"
import { SEQ_COUNT } from "./format"
import type { FileSetup } from "./options"
import { FlashLog, note } from "./state"

// Several logs share the slots of one store, and the table of what each slot holds. The share of
// a log is the number of slots that its files need, plus an equal part of the rest. A log may hold
// any slots up to its share, but it never takes a slot whose segment counts for another log of the
// program. Slots of a log that is not in the program, as after a new file name, are used last.

/** In the table: a slot without a value. Its first use makes the live data of the store grow. */
export const VIRGIN = -1
/** Bytes of text that a segment holds at least if lines have 40 bytes or more on average. */
const SEGMENT_TEXT_BYTES = 168

/** Problem: the share has shrunk, or short lines need more slots than expected. */
export const GIVEN_UP = "the oldest file was given up to make room"

/** Removes a log from those of its store. */
export function releaseSlots(log: FlashLog): void {
    removeFrom(log.peers, log)
}

/**
 * Adds a log to those of its store, or applies changed options of one; an open log of the same name
 * is closed. Divides the slots anew; other logs may have to free some.
 * @throws OPTION_ERROR when its files do not fit beside those of the others, or when another name
 * has the same id; options are not changed then
 */
export function grantSlots(log: FlashLog, options: FileSetup): void {
    const { filename } = options
    const { peers } = log
    const others: string[] = []
    let free = MAX_LOG_SEGMENTS
    for (const peer of peers.slice()) {
        const other = peer.options.filename
        if (peer.key !== log.key) {
            free -= neededSlots(peer.options)
            others.push(other)
        } else if (other !== filename)
            throw rangeError(
                OPTION_ERROR,
                `flash log "${filename}": its name is too like "${other}", take another`
            )
        else if (peer !== log) {
            peer.closed = true
            releaseSlots(peer)
        }
    }
    const need = neededSlots(options)
    const most = Math.min(options.slots, free)
    if (need > most)
        throw rangeError(
            OPTION_ERROR,
            `flash log "${filename}": maxSize ${options.maxSize} with ${options.maxCount + 1} files needs ${need} slots of flash, ` +
                `there are ${most} of ${MAX_LOG_SEGMENTS} beside other logs (${others.join(", ")})`
        )
    Object.assign(log.options, options)
    if (peers.indexOf(log) < 0) peers.push(log)
    const spare = Math.idiv(free - need, peers.length)
    for (const peer of peers) {
        const share = neededSlots(peer.options) + spare
        peer.share = Math.min(peer.options.slots, share)
        returnSlots(peer, 0)
    }
}

/**
 * Gives up the oldest files of a log that holds more slots than its share. The current file stays,
 * even if it is too large: the next line ends it, or another log that needs its slots.
 * @param more slots that it is to have besides
 */
export function returnSlots(log: FlashLog, more: number): void {
    const { starts } = log
    while (starts.length > 1 && heldBy(log) + more > log.share) {
        starts.pop()
        log.oldest = starts[starts.length - 1]
        note(log, GIVEN_UP)
    }
}

/** Slots that the files of a log need if lines have 40 bytes or more on average. */
function neededSlots(options: FileSetup): number {
    const perFile = Math.ceil(options.maxSize / SEGMENT_TEXT_BYTES)
    return Math.max(2, perFile * (options.maxCount + 1))
}

/** Sequence number of the log's segment in a slot; 0 when there is none that counts. */
export function seqIn(log: FlashLog, slot: number): number {
    const seq = log.slots[slot] - log.key
    return seq >= log.oldest && seq < SEQ_COUNT ? seq : 0
}

/** The log whose segment is in a slot, whether or not it counts; undefined for none. */
export function ownerOf(log: FlashLog, slot: number): FlashLog {
    for (const peer of log.peers) {
        const seq = log.slots[slot] - peer.key
        if (seq >= 0 && seq < SEQ_COUNT) return peer
    }
    return undefined
}

/**
 * Finds a slot for a new segment that holds none that counts. Gives up the oldest files for it.
 * @throws FlashError while other logs hold more slots than their share
 */
export function slotFor(log: FlashLog): number {
    returnSlots(log, 1)
    const slot = unusedSlot(log)
    if (slot < 0)
        throw flashError(
            log.options.filename,
            "another log still holds the slots of its share"
        )
    return slot
}

/**
 * A slot without a segment that counts, -1 for none. One that was written before comes first: it
 * does not make the live data of the store grow. One of a log that is gone comes last.
 */
function unusedSlot(log: FlashLog): number {
    const { slots } = log
    let unused = slots.indexOf(VIRGIN)
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) {
        const owner = ownerOf(log, i)
        if (owner && seqIn(owner, i) === 0) return i
        if (!owner && unused < 0) unused = i
    }
    if (slots[unused] >= 0)
        note(
            log,
            "segments of a log that is not there any more are overwritten"
        )
    return unused
}

/** Number of slots that hold a segment of the log that counts. */
export function heldBy(log: FlashLog): number {
    let held = 0
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) if (seqIn(log, i) > 0) held++
    return held
}
