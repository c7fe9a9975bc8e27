import { FlashError, logSlot } from "../../../platform"
import { MAX_HEAD_BYTES, NAME_LEVEL, PendingLine, writeHead } from "./line"
import { slotCount } from "./options"
import {
    BACK,
    FIRST,
    HEADER_BYTES,
    ID,
    INDEX,
    NO_LINE,
    PAYLOAD_BYTES,
    sealSegment,
    SEQ,
    SIZE,
} from "./segment"
import { FlashLog, note, VIRGIN } from "./state"

// Turns lines into segments. One segment is in RAM; it is written when it is full or on `sync`,
// and written again to the same slot when more has come to it. Each function here can be called
// again after it failed and then goes on where it stopped: no line is lost or doubled.

/**
 * Stores the line at hand: into RAM, and every segment that gets full into flash.
 * @throws FlashError when a segment could not be written
 */
export async function storeLine(log: FlashLog): Promise<void> {
    const { line } = log
    if (!line) return
    const bytes = line.text.byteLength
    if (log.at < 0) {
        if (isFileFull(log, line, bytes)) await rotate(log)
        if (PAYLOAD_BYTES - log.used <= MAX_HEAD_BYTES) await advance(log)
        startLine(log, line, bytes)
    }
    while (log.at < bytes) {
        if (log.used === PAYLOAD_BYTES) await advance(log)
        copyText(log, line.text, bytes)
    }
    // a line that began in a segment before ends here
    if (log.first === NO_LINE) log.first = log.used
    log.size += bytes + 1
    log.taken += bytes + 1
    log.line = undefined
}

/** Writes what is only in RAM. */
export async function sync(log: FlashLog): Promise<void> {
    if (log.dirty) await writeSegment(log)
}

/** Ends the current file: the next line begins a new one. An empty file stays. */
async function rotate(log: FlashLog): Promise<void> {
    await sync(log)
    if (log.size) beginFile(log, log.settings.maxCount)
}

/** `rotate`, and the new file stands in flash before a line comes to it. */
export async function rotateNow(log: FlashLog): Promise<void> {
    const { size } = log
    await rotate(log)
    if (size) await writeSegment(log)
}

/** Makes the log empty, in flash too. What is only in RAM is gone. */
export async function reset(log: FlashLog): Promise<void> {
    log.line = undefined
    beginFile(log, 0)
    await writeSegment(log)
}

/** Begins a new file, whose name alone is not worth a write, and lets `keep` older ones count. */
export function beginFile(log: FlashLog, keep: number): void {
    const { filename, starts } = log
    nextSegment(log, 1)
    starts.insert(0, 1)
    starts[0] = log.seq
    while (starts.length > keep + 1) starts.pop()
    log.oldest = starts[starts.length - 1]
    log.size = 0
    log.since = undefined
    const name = { text: filename, level: NAME_LEVEL, time: 0, wall: false }
    const bytes = filename.byteLength
    startLine(log, name, bytes)
    copyText(log, filename, bytes)
    log.dirty = 0
}

/** Goes on to the segment `step` numbers further, which is empty. */
export function nextSegment(log: FlashLog, step: number): void {
    log.seq += step
    log.used = 0
    log.first = NO_LINE
    log.last = undefined
    log.dirty = 0
}

async function advance(log: FlashLog): Promise<void> {
    await sync(log)
    nextSegment(log, 1)
}

function isFileFull(log: FlashLog, line: PendingLine, bytes: number): boolean {
    const { size, since, settings } = log
    const { maxSize, maxCount, maxAge } = settings
    if (!size) return false
    if (size + bytes + 1 > maxSize) return true
    if (maxAge && line.wall && since !== undefined)
        if ((line.time - since) * 1000 >= maxAge) return true
    // its share of the slots is used up: happens with lines of a few bytes only
    const share = Math.idiv(slotCount(log.options), maxCount + 1)
    const left = log.starts[0] + share - log.seq
    return bytes + 2 * MAX_HEAD_BYTES > left * PAYLOAD_BYTES - log.used
}

function startLine(log: FlashLog, line: PendingLine, bytes: number): void {
    const { buffer, used } = log
    if (log.first === NO_LINE) log.first = used
    if (line.wall && log.since === undefined) log.since = line.time
    grow(log, writeHead(buffer, HEADER_BYTES + used, line, bytes, log.last))
    log.last = line
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
    const { seqs, seq } = log
    const { flash } = log.options
    let slot = seqs.indexOf(seq)
    while (slot < 0) {
        slot = freeSlot(log)
        if (slot < 0) makeRoom(log)
    }
    const key = logSlot(slot)
    const segment = sealed(log)
    await flash.write(key, segment)
    log.writes++
    // what the store programs: 24 bytes of its own and the value, rounded up to 8
    log.programmed += 24 + ((segment.length + 7) & ~7)
    const stored = await flash.read(key)
    if (!stored || stored.toString("hex") !== segment.toString("hex"))
        throw new FlashError(
            key,
            "does not hold what was written; is the store full?"
        )
    seqs[slot] = seq
    log.written = seq
    log.dirty = 0
}

/** The segment in RAM as it goes to flash. */
function sealed(log: FlashLog): Buffer {
    const { buffer, seq } = log
    const start = log.starts[0]
    buffer.setAt(ID, "u16", log.id)
    buffer.setAt(SEQ, "u32", seq)
    buffer.setAt(SIZE, "u16", log.size)
    buffer[INDEX] = seq - start
    buffer[BACK] = Math.min(start - log.oldest, 255)
    buffer[FIRST] = log.first
    const segment = buffer.slice(0, HEADER_BYTES + log.used)
    sealSegment(segment)
    return segment
}

/**
 * A place for a new segment: the used slot that has counted the least for the longest, since
 * it costs the store nothing, else a new one; -1 when all slots hold segments that count.
 */
function freeSlot({ seqs, oldest }: FlashLog): number {
    let best = -1
    let lowest = oldest
    for (let i = 0; i < seqs.length; ++i) {
        const seq = seqs[i]
        if (seq === VIRGIN || seq >= lowest) continue
        best = i
        lowest = seq
    }
    return best < 0 ? seqs.indexOf(VIRGIN) : best
}

/** Gives up the oldest file: there were more or larger ones before the settings changed. */
function makeRoom(log: FlashLog): void {
    const { starts, filename } = log
    if (starts.length < 2)
        throw new FlashError(filename, "one file needs more than all slots")
    starts.pop()
    log.oldest = starts[starts.length - 1]
    note(log, "the oldest file was given up to make room")
}
