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
import { seqIn, slotFor } from "./slots"
import { FlashLog, keepFiles, nextSegment } from "./state"

// Turns lines into segments. One segment is in RAM; it is written when it is full or on `sync`,
// and written again to the same slot when lines are added. Each function here can be called
// again after it failed and then continues where it stopped: no line is lost or doubled.

/**
 * Stores the line at hand: into RAM, and every segment that gets full into flash.
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
        if (log.since < 0) log.since = stamp
        startLine(log, tag - 16 * stamp, stamp, text)
    }
    while (log.stored < bytes) {
        await advance(log)
        copyText(log, text)
    }
    // a line that began in a segment before ends here
    if (buffer[FIRST] === NO_LINE) buffer[FIRST] = log.used
    log.size += bytes + 1
    log.taken += bytes + 1
    log.text = undefined
}

/** Writes what is only in RAM. */
export async function sync(log: FlashLog): Promise<void> {
    if (log.dirty > 0) await writeSegment(log)
}

/** Ends the current file: the next line begins a new one. An empty file stays. */
async function rotate(log: FlashLog): Promise<void> {
    await sync(log)
    if (log.size > 0) beginFile(log, log.options.maxCount)
}

/** `rotate`, and the new file is in flash before its first line. */
export async function rotateNow(log: FlashLog): Promise<void> {
    const { size } = log
    await rotate(log)
    if (size > 0) await writeSegment(log)
}

/** Makes the log empty, in flash too. What is only in RAM is gone. */
export async function clear(log: FlashLog): Promise<void> {
    log.text = undefined
    beginFile(log, 0)
    await writeSegment(log)
}

/**
 * Makes the current file empty, in flash too; older files stay. What is only in RAM is gone. A
 * power cut meanwhile leaves a part of it, as an older file.
 */
export async function reset(log: FlashLog): Promise<void> {
    const { starts, options, slots } = log
    if (starts.length < 2) return await clear(log)
    const start = starts[0]
    log.text = undefined
    beginFile(log, options.maxCount + 1)
    const end = log.seq
    // taken off the list first, so that no reader goes there
    starts.insert(1, -1)
    await writeSegment(log)
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) {
        const seq = seqIn(log, i)
        if (seq < start || seq >= end) continue
        await options.flash.write(logSlot(i), Buffer.alloc(0))
        slots[i] = log.key
    }
}

/** Begins a new file, whose name alone is not worth a write, and lets `keep` older ones count. */
export function beginFile(log: FlashLog, keep: number): void {
    const { starts, options } = log
    const { filename, digits } = options
    nextSegment(log, 1)
    starts.insert(0, 1)
    starts[0] = log.seq
    keepFiles(log, keep + 1)
    log.size = 0
    log.since = -1
    // the time tells the host how names are made
    startLine(log, NAME_LEVEL, -digits, filename)
    log.dirty = 0
}

async function advance(log: FlashLog): Promise<void> {
    await sync(log)
    nextSegment(log, 1)
}

function isFileFull(log: FlashLog, stamp: number, bytes: number): boolean {
    const { since, options, size } = log
    const { maxSize, maxCount, maxAge } = options
    if (size === 0) return false
    if (size + bytes + 1 > maxSize) return true
    // an uptime is less than any Unix time
    if (maxAge > 0 && since >= 0 && (stamp - since) * 1000 >= maxAge)
        return true
    // its share of the slots is used up: happens with lines of a few bytes only
    const share = Math.idiv(log.share, maxCount + 1)
    const left = log.starts[0] + share - log.seq
    return bytes + 2 * MAX_HEAD_BYTES > left * PAYLOAD_BYTES - log.used
}

/** Puts the head of a line, and what fits of its text. */
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
    // far out of range when one is an uptime and the other is not
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

/** Puts what fits of the rest of `text`. */
function copyText(log: FlashLog, text: string): void {
    const { buffer, used, stored } = log
    const count = Math.min(text.byteLength - stored, PAYLOAD_BYTES - used)
    buffer.blitAt(HEADER_BYTES + used, text, stored, count)
    log.stored += count
    grow(log, count)
}

function grow(log: FlashLog, count: number): void {
    log.used += count
    log.dirty += count
}

/** Writes the segment in RAM and reads it back: the store does not say whether it took it. */
async function writeSegment(log: FlashLog): Promise<void> {
    const { options, slots, seq } = log
    const { flash } = options
    const identity = log.key + seq
    let slot = slots.indexOf(identity)
    if (slot < 0) {
        slot = slotFor(log)
        // before the write, which takes its time
        slots[slot] = identity
    }
    const key = logSlot(slot)
    const segment = sealed(log)
    await flash.write(key, segment)
    log.writes++
    // what the store programs: 24 bytes for the entry and the value, rounded up to 8
    log.programmed += 24 + ((segment.length + 7) & ~7)
    const stored = await flash.read(key)
    if (!stored || !equalBytes(stored, segment))
        throw flashError(
            key,
            "does not hold what was written; is the store full?"
        )
    log.written = seq
    log.dirty = 0
}

/** The segment in RAM as it goes to flash. */
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
