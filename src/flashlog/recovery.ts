import { logSlot, MAX_LOG_SEGMENTS } from "../platform"
import {
    BACK,
    cursorOf,
    FIRST,
    HEADER_BYTES,
    identityOf,
    INDEX,
    NO_LINE,
    segmentFault,
    SIZE,
} from "./format"
import { CUT_SHORT, readLines, readLog } from "./reader"
import { ownerOf, returnSlots, seqIn, VIRGIN } from "./slots"
import { FlashLog, nextSegment, note } from "./state"
import { beginFile } from "./writer"

/**
 * Finds the files of a log, and where to continue, from its slots alone.
 * @throws FlashError when the store cannot be read; the call can be repeated
 */
export async function recover(log: FlashLog): Promise<void> {
    const { options } = log
    const starts: number[] = []
    let head: Buffer
    let damaged = 0
    log.seq = 0
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) {
        const key = logSlot(i)
        const value = await options.flash.read(key)
        // another log may have taken the slot during the read
        const owner = ownerOf(log, i)
        if (owner && owner !== log) continue
        let identity = VIRGIN
        if (value) {
            const fault = segmentFault(value)
            if (fault) {
                damaged++
                note(log, `slot ${key} ${fault}: skipped`)
                identity = log.key
            } else identity = identityOf(value)
        }
        log.slots[i] = identity
        const seq = seqIn(log, i)
        if (seq === 0) continue
        const start = seq - value[INDEX]
        let at = 0
        while (starts[at] > start) at++
        if (starts[at] !== start) {
            starts.insert(at, 1)
            starts[at] = start
        }
        if (seq <= log.seq) continue
        log.seq = seq
        head = value
    }
    log.hasDamage = damaged > 0
    log.starts = starts
    if (head) await resume(log, head)
    // skips the numbers that damaged segments may have had: no number is used twice
    if (damaged > 0) nextSegment(log, damaged + 1)
    if (!head || options.overwriteOnOpen) beginFile(log, 0)
    log.began = cursorOf(log.seq, log.used)
    returnSlots(log, 0)
}

/** Continues the last segment of the log after its last complete line. */
async function resume(log: FlashLog, head: Buffer): Promise<void> {
    const { starts, seq } = log
    const start = starts[0]
    log.oldest = start - head[BACK]
    while (starts[starts.length - 1] < log.oldest) starts.pop()
    log.buffer.blitAt(0, head, 0, head.length)
    log.size = head.getAt(SIZE, "u16")
    log.written = seq
    log.last = NaN
    const length = head.length - HEADER_BYTES
    const open = readLines(log, head, undefined, [])
    log.used = open ? open.line.cursor - cursorOf(seq, 0) : length
    // the segment holds only a part of a line that began before: it is overwritten
    if (head[FIRST] === NO_LINE) log.used = 0
    if (log.used < length) note(log, CUT_SHORT)
    log.since = -1
    await readLog(log, start, start + 1, -1, async line => {
        if (line.wall) log.since = line.time
        return !line.wall
    })
}
