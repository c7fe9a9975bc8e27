import { flashError, logSlot, MAX_LOG_SEGMENTS } from "../platform"
import { MAX_HEAD_BYTES, NAME_LEVEL, PendingLine, writeHead } from "./line"
import { FOREIGN, isAbandoned, othersOf, shareOf } from "./shares"
import {
    BACK,
    FIRST,
    HEADER_BYTES,
    INDEX,
    NO_LINE,
    PAYLOAD_BYTES,
    sealSegment,
} from "./segment"
import {
    findSlot,
    FlashLog,
    inSlot,
    JUNK,
    nextSegment,
    note,
    seqOf,
    setSize,
    setSlot,
    sizeOf,
    VIRGIN,
} from "./state"

// Turns lines into segments. One segment is in RAM; it is written when it is full or on `sync`,
// and written again to the same slot when more has come to it. Each function here can be called
// again after it failed and then goes on where it stopped: no line is lost or doubled.

/**
 * Stores the line at hand: into RAM, and every segment that gets full into flash.
 * @throws FlashError when a segment could not be written
 */
export async function storeLine(log: FlashLog): Promise<void> {
    const { line, buffer } = log
    if (!line) return
    const { text, level, stamp } = line
    const bytes = text.byteLength
    if (log.at < 0) {
        if (isFileFull(log, stamp, bytes)) await rotate(log)
        if (PAYLOAD_BYTES - log.used <= MAX_HEAD_BYTES) await advance(log)
        if (log.since < 0) log.since = stamp
        startLine(log, level, stamp, bytes)
    }
    while (log.at < bytes) {
        if (log.used === PAYLOAD_BYTES) await advance(log)
        copyText(log, text, bytes)
    }
    // a line that began in a segment before ends here
    if (buffer[FIRST] === NO_LINE) buffer[FIRST] = log.used
    setSize(log, sizeOf(log) + bytes + 1)
    log.taken += bytes + 1
    log.line = undefined
}

/** Writes what is only in RAM. */
export async function sync(log: FlashLog): Promise<void> {
    if (log.dirty > 0) await writeSegment(log)
}

/** Ends the current file: the next line begins a new one. An empty file stays. */
async function rotate(log: FlashLog): Promise<void> {
    await sync(log)
    if (sizeOf(log) > 0) beginFile(log, log.options.maxCount)
}

/** `rotate`, and the new file stands in flash before a line comes to it. */
export async function rotateNow(log: FlashLog): Promise<void> {
    const size = sizeOf(log)
    await rotate(log)
    if (size > 0) await writeSegment(log)
}

/** Makes the log empty, in flash too. What is only in RAM is gone. */
export async function clear(log: FlashLog): Promise<void> {
    log.line = undefined
    beginFile(log, 0)
    await writeSegment(log)
}

/**
 * Makes the current file empty, in flash too; older files stay. What is only in RAM is gone. A
 * power cut meanwhile leaves a part of it, as an older file.
 */
export async function reset(log: FlashLog): Promise<void> {
    const { starts, options } = log
    if (starts.length < 2) return await clear(log)
    const start = starts[0]
    log.line = undefined
    beginFile(log, options.maxCount + 1)
    const end = log.starts[0]
    // taken off the list first, so that no reader goes there
    log.starts.insert(1, -1)
    await writeSegment(log)
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) {
        const seq = inSlot(log, i)
        if (seq < start || seq >= end) continue
        await options.flash.write(logSlot(i), Buffer.alloc(0))
        setSlot(log, i, JUNK)
    }
}

/** Begins a new file, whose name alone is not worth a write, and lets `keep` older ones count. */
export function beginFile(log: FlashLog, keep: number): void {
    const { filename, starts } = log
    nextSegment(log, 1)
    starts.insert(0, 1)
    starts[0] = seqOf(log)
    while (starts.length > keep + 1) starts.pop()
    setSize(log, 0)
    log.since = -1
    const bytes = filename.byteLength
    startLine(log, NAME_LEVEL, -1, bytes)
    copyText(log, filename, bytes)
    log.dirty = 0
}

async function advance(log: FlashLog): Promise<void> {
    await sync(log)
    nextSegment(log, 1)
}

function isFileFull(log: FlashLog, stamp: number, bytes: number): boolean {
    const { since, options } = log
    const { maxSize, maxCount, maxAge } = options
    const size = sizeOf(log)
    if (size === 0) return false
    if (size + bytes + 1 > maxSize) return true
    if (
        maxAge > 0 &&
        stamp >= 0 &&
        since >= 0 &&
        (stamp - since) * 1000 >= maxAge
    )
        return true
    // its share of the slots is used up: happens with lines of a few bytes only
    const share = Math.idiv(shareOf(log), maxCount + 1)
    const left = log.starts[0] + share - seqOf(log)
    return bytes + 2 * MAX_HEAD_BYTES > left * PAYLOAD_BYTES - log.used
}

function startLine(
    log: FlashLog,
    level: number,
    stamp: number,
    bytes: number
): void {
    const { buffer, used, last } = log
    const at = HEADER_BYTES + used
    if (buffer[FIRST] === NO_LINE) buffer[FIRST] = used
    grow(log, writeHead(buffer, at, level, bytes, stamp, last))
    log.last = stamp
    log.at = 0
}

/** Puts what fits of the rest of `text`. */
function copyText(log: FlashLog, text: string, bytes: number): void {
    const { buffer, used, at } = log
    const count = Math.min(bytes - at, PAYLOAD_BYTES - used)
    buffer.blitAt(HEADER_BYTES + used, text, at, count)
    log.at += count
    grow(log, count)
}

function grow(log: FlashLog, count: number): void {
    log.used += count
    log.dirty += count
}

/** Writes the segment in RAM and reads it back: the store does not say whether it took it. */
async function writeSegment(log: FlashLog): Promise<void> {
    const { flash } = log.options
    const seq = seqOf(log)
    let slot = findSlot(log, seq)
    while (slot < 0) {
        slot = freeSlot(log)
        if (slot < 0) slot = await slotOfAnother(log)
        if (slot < 0) makeRoom(log)
    }
    // before the write, which takes its time
    for (const other of othersOf(log)) setSlot(other, slot, FOREIGN)
    const key = logSlot(slot)
    const segment = sealed(log)
    await flash.write(key, segment)
    log.writes++
    // what the store programs: 24 bytes of its own and the value, rounded up to 8
    log.programmed += 24 + ((segment.length + 7) & ~7)
    const stored = await flash.read(key)
    if (!stored || !isSame(stored, segment))
        throw flashError(
            key,
            "does not hold what was written; is the store full?"
        )
    setSlot(log, slot, seq)
    log.written = seq
    log.dirty = 0
}

/** By bytes: as hexadecimal text both would take blocks of 400 bytes, which fragment the heap. */
function isSame(a: Buffer, b: Buffer): boolean {
    if (a.length !== b.length) return false
    for (let i = 0; i < a.length; ++i) if (a[i] !== b[i]) return false
    return true
}

/** The segment in RAM as it goes to flash. */
function sealed(log: FlashLog): Buffer {
    const { buffer, starts } = log
    const start = starts[0]
    buffer[INDEX] = seqOf(log) - start
    buffer[BACK] = Math.min(start - starts[starts.length - 1], 255)
    const segment = buffer.slice(0, HEADER_BYTES + log.used)
    sealSegment(segment)
    return segment
}

/**
 * A place for a new segment: the used slot that has counted the least for the longest, since
 * it costs the store nothing, else a new one; -1 when the log holds its share of segments that
 * count, or no slot is free.
 */
function freeSlot(log: FlashLog): number {
    const { starts } = log
    let best = -1
    let held = 0
    let lowest = starts[starts.length - 1]
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) {
        const seq = inSlot(log, i)
        if (seq === FOREIGN || seq === VIRGIN) continue
        if (seq !== JUNK) held++
        if (seq >= lowest) continue
        best = i
        lowest = seq
    }
    if (best >= 0 && (lowest !== JUNK || held < shareOf(log))) return best
    return held < shareOf(log) ? findSlot(log, VIRGIN) : -1
}

/** A slot of a log that the program does not have, or that holds more than its share; or -1. */
async function slotOfAnother(log: FlashLog): Promise<number> {
    let held = 0
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) if (isOwn(inSlot(log, i))) held++
    if (held >= shareOf(log)) return -1
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) {
        if (inSlot(log, i) !== FOREIGN || !(await isAbandoned(log, i))) continue
        note(
            log,
            "segments of a log that is not there any more are overwritten"
        )
        return i
    }
    for (const other of othersOf(log)) {
        const slot = surplus(other)
        if (slot >= 0) return slot
    }
    return -1
}

/** A slot that a log holds beyond its share, with the oldest that it has; or -1. */
function surplus(log: FlashLog): number {
    let held = 0
    let oldest = -1
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) {
        const seq = inSlot(log, i)
        if (!isOwn(seq)) continue
        held++
        if (oldest < 0 || seq < inSlot(log, oldest)) oldest = i
    }
    const { starts } = log
    if (held <= shareOf(log) || !starts.length) return -1
    if (inSlot(log, oldest) >= starts[starts.length - 1]) {
        if (starts.length < 2) return -1
        makeRoom(log)
    }
    return oldest
}

/** Whether a slot's content is a sequence number. */
function isOwn(content: number): boolean {
    return content !== FOREIGN && content !== VIRGIN && content !== JUNK
}

/** Gives up the oldest file: there were more or larger ones before the settings changed. */
function makeRoom(log: FlashLog): void {
    const { starts, filename } = log
    if (starts.length < 2)
        throw flashError(filename, "one file needs more than all slots")
    starts.pop()
    note(log, "the oldest file was given up to make room")
}
