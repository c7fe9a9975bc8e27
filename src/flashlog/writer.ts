import { equalBytes, flashError, logSlot, MAX_LOG_SEGMENTS } from "../platform"
import {
    BACK,
    FIRST,
    HEADER_BYTES,
    INDEX,
    LEVEL_SHIFT,
    LONG_TIME,
    MAX_HEAD_BYTES,
    MIN_HEAD_BYTES,
    NAME_LEVEL,
    NO_LINE,
    PAYLOAD_BYTES,
    sealSegment,
    SEQ,
    SIZE,
    WALL_BIT,
} from "./format"
import { GIVEN_UP, heldBy, seqIn, slotFor } from "./slots"
import { FlashLog, keepFiles, nextSegment, note } from "./state"

// Turns lines into segments. One segment is in RAM; it is written when it is full or by `sync`,
// and written again to the same slot after lines were added. A function that failed can be called
// again and continues where it stopped: no line is lost or stored twice.

/**
 * Stores the line in `log.text`: into RAM, and into flash each segment that becomes full.
 * @throws FlashError when a segment could not be written
 */
export async function storeLine(log: FlashLog): Promise<void> {
    const { text, tag, buffer } = log
    if (text === undefined) return
    const bytes = text.byteLength
    if (log.stored < 0) {
        const stamp = Math.floor(tag / 16)
        if (isFileFull(log, stamp, bytes)) await rotate(log)
        if (PAYLOAD_BYTES - log.used <= MAX_HEAD_BYTES) await advance(log)
        // later than this line only if the clock was ahead
        if (log.since < 0 || (stamp >= 0 && stamp < log.since))
            log.since = stamp
        startLine(log, tag - 16 * stamp, stamp, text)
    }
    while (log.stored < bytes) {
        await advance(log)
        copyText(log, text)
    }
    // a line ends here that began in an earlier segment: the next line starts after it
    if (buffer[FIRST] === NO_LINE) buffer[FIRST] = log.used
    log.size += bytes + 1
    log.taken += bytes + 1
    log.text = undefined
}

/** Writes the segment in RAM, if any of it is not in flash yet. */
export async function sync(log: FlashLog): Promise<void> {
    if (log.dirty > 0) await writeSegment(log)
}

/** Ends the current file and begins a new one. An empty file is not rotated. */
async function rotate(log: FlashLog): Promise<void> {
    await sync(log)
    if (log.size > 0) beginFile(log, log.options.maxCount)
}

/** As `rotate`, and writes the new file to flash before its first line. */
export async function rotateNow(log: FlashLog): Promise<void> {
    const { size } = log
    await rotate(log)
    if (size > 0) await writeSegment(log)
}

/** Empties the log, also in flash. What is only in RAM is discarded. */
export async function clear(log: FlashLog): Promise<void> {
    log.text = undefined
    beginFile(log, 0)
    await writeSegment(log)
}

/** Empties a log whose current file alone takes more slots than its share. */
export async function shrink(log: FlashLog): Promise<void> {
    if (!(heldBy(log) > log.share)) return
    note(log, GIVEN_UP)
    await clear(log)
}

/**
 * Empties the current file, also in flash; older files stay. What is only in RAM is discarded.
 * After a power cut meanwhile, a part of the file may remain as an older file.
 */
export async function reset(log: FlashLog): Promise<void> {
    const { starts, options, slots } = log
    if (starts.length < 2) return await clear(log)
    const start = starts[0]
    log.text = undefined
    beginFile(log, options.maxCount + 1)
    const end = log.seq
    // removes the file from the list first, so that no reader begins to read it
    starts.insert(1, -1)
    await writeSegment(log)
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) {
        const seq = seqIn(log, i)
        if (seq < start || seq >= end) continue
        await options.flash.write(logSlot(i), Buffer.alloc(0))
        slots[i] = log.key
    }
}

/** Begins a new file, and lets `keep` older ones count. Its name alone does not start a write. */
export function beginFile(log: FlashLog, keep: number): void {
    const { starts, options } = log
    nextSegment(log, 1)
    starts.insert(0, 1)
    starts[0] = log.seq
    keepFiles(log, keep + 1)
    log.size = 0
    log.since = -1
    // the time of this entry holds `digits`, which the host needs to make file names
    startLine(log, NAME_LEVEL, -options.digits, options.filename)
    log.dirty = 0
}

async function advance(log: FlashLog): Promise<void> {
    await sync(log)
    nextSegment(log, 1)
}

function isFileFull(log: FlashLog, stamp: number, bytes: number): boolean {
    const { since, size, options } = log
    const { maxAge } = options
    if (size === 0) return false
    if (size + bytes + 1 > options.maxSize) return true
    // the stamp of an uptime is negative, so it never exceeds the age
    if (maxAge > 0 && since >= 0 && (stamp - since) * 1000 >= maxAge)
        return true
    // the file's part of the share is used up, which happens only with very short lines
    const share = Math.idiv(log.share, options.maxCount + 1)
    const left = log.starts[0] + share - log.seq
    return bytes + 2 * MAX_HEAD_BYTES > left * PAYLOAD_BYTES - log.used
}

/** Adds the head of a line to the segment, and as much of its text as fits. */
function startLine(
    log: FlashLog,
    level: number,
    stamp: number,
    text: string
): void {
    const { buffer, used, last } = log
    const at = HEADER_BYTES + used
    const wall = stamp >= 0
    if (buffer[FIRST] === NO_LINE) buffer[FIRST] = used
    const word = text.byteLength | (level << LEVEL_SHIFT)
    buffer.setAt(at, "u16", wall ? word | WALL_BIT : word)
    // far out of range when only one of the two stamps is an uptime
    let seconds = wall ? stamp - last : last - stamp
    let bytes = MIN_HEAD_BYTES
    if (!(seconds >= 0 && seconds < LONG_TIME)) {
        seconds = LONG_TIME
        bytes = MAX_HEAD_BYTES
        buffer.setAt(at + MIN_HEAD_BYTES, "u32", wall ? stamp : -1 - stamp)
    }
    buffer[at + 2] = seconds
    grow(log, bytes)
    log.last = stamp
    log.stored = 0
    copyText(log, text)
}

/** Adds as much of the rest of `text` as fits. */
function copyText(log: FlashLog, text: string): void {
    const { used, stored } = log
    const count = Math.min(text.byteLength - stored, PAYLOAD_BYTES - used)
    log.buffer.blitAt(HEADER_BYTES + used, text, stored, count)
    log.stored += count
    grow(log, count)
}

function grow(log: FlashLog, count: number): void {
    log.used += count
    log.dirty += count
}

/** Writes the segment in RAM and reads it back, since the store does not acknowledge a write. */
async function writeSegment(log: FlashLog): Promise<void> {
    const { slots, seq } = log
    const { flash } = log.options
    const identity = log.key + seq
    let slot = slots.indexOf(identity)
    if (slot < 0) {
        slot = slotFor(log)
        // before the write: another log must not take the slot during it
        slots[slot] = identity
    }
    const key = logSlot(slot)
    const segment = sealed(log)
    await flash.write(key, segment)
    log.writes++
    // the store programs 24 bytes for the entry, and the value rounded up to a multiple of 8
    log.programmed += 24 + ((segment.length + 7) & ~7)
    const stored = await flash.read(key)
    if (!equalBytes(stored, segment))
        throw flashError(
            key,
            "does not hold what was written; is the store full?"
        )
    log.written = seq
    log.dirty = 0
}

/** The segment in RAM as it is written to flash. */
function sealed(log: FlashLog): Buffer {
    const { buffer, seq } = log
    const start = log.starts[0]
    buffer.setAt(SEQ, "u32", seq)
    buffer.setAt(SIZE, "u16", log.size)
    buffer[INDEX] = seq - start
    buffer[BACK] = Math.min(start - log.oldest, 255)
    const segment = buffer.slice(0, HEADER_BYTES + log.used)
    sealSegment(segment)
    return segment
}
