import { logSlot, MAX_LOG_SEGMENTS } from "../platform"
import { LineHead, MIN_HEAD_BYTES, NAME_LEVEL, readHead } from "./line"
import { CUT_SHORT } from "./reader"
import { FOREIGN } from "./shares"
import {
    BACK,
    FIRST,
    HEADER_BYTES,
    ID,
    INDEX,
    NO_LINE,
    segmentFault,
    SEQ,
} from "./segment"
import {
    FlashLog,
    JUNK,
    nextSegment,
    note,
    seqOf,
    setSlot,
    VIRGIN,
} from "./state"
import { beginFile } from "./writer"

/**
 * Finds the files of a log from its slots alone, and where to go on.
 * @throws FlashError when the store cannot be read; it can be tried again
 */
export async function recover(log: FlashLog): Promise<void> {
    const { options } = log
    const starts: number[] = []
    let head: Buffer
    let newest = 0
    let damaged = 0
    for (let i = 0; i < MAX_LOG_SEGMENTS; ++i) {
        const key = logSlot(i)
        const value = await options.flash.read(key)
        setSlot(log, i, value ? JUNK : VIRGIN)
        if (!value) continue
        const fault = segmentFault(value)
        if (fault) {
            damaged++
            log.hasDamage = true
            note(log, `slot ${key} ${fault}: skipped`)
            continue
        }
        const seq = value.getAt(SEQ, "u32")
        if (value.getAt(ID, "u16") !== log.id) {
            setSlot(log, i, FOREIGN)
            continue
        }
        setSlot(log, i, seq)
        const start = seq - value[INDEX]
        if (starts.indexOf(start) < 0) starts.push(start)
        if (start > newest) log.since = -1
        newest = Math.max(newest, start)
        if (start === newest) {
            const wall = firstWall(value)
            if (wall >= 0 && !(log.since >= 0 && log.since <= wall))
                log.since = wall
        }
        if (!head || seq > head.getAt(SEQ, "u32")) head = value
    }
    log.starts = starts.sort((a, b) => b - a)
    if (head) resume(log, head)
    // numbers that damaged segments may have had are left out
    if (damaged > 0) nextSegment(log, damaged + (head ? 1 : 0))
    if (!head || options.overwriteOnOpen) beginFile(log, 0)
}

/** Goes on with the last segment of the log, as far as its lines are whole. */
function resume(log: FlashLog, head: Buffer): void {
    const { starts, buffer } = log
    const used = head.length - HEADER_BYTES
    const oldest = starts[0] - head[BACK]
    while (starts[starts.length - 1] < oldest) starts.pop()
    buffer.blitAt(0, head, 0, head.length)
    log.written = seqOf(log)
    log.dirty = 0
    log.used = used
    log.last = NaN
    if (head[FIRST] === NO_LINE) {
        // the end of a line whose beginning cannot be gone on with
        buffer[FIRST] = 0
        log.used = 0
    }
    let line: LineHead
    for (
        let at = HEADER_BYTES + buffer[FIRST];
        at + MIN_HEAD_BYTES <= HEADER_BYTES + log.used;
        at = line.end
    ) {
        line = readHead(head, at, line)
        if (line.end > head.length) log.used = at - HEADER_BYTES
        else log.last = line.wall ? line.time : -1 - line.time
    }
    if (log.used < used) note(log, CUT_SHORT)
}

/** The first Unix time in a segment, -1 when there is none. */
function firstWall(segment: Buffer): number {
    if (segment[FIRST] === NO_LINE) return -1
    let line: LineHead
    for (
        let at = HEADER_BYTES + segment[FIRST];
        at + MIN_HEAD_BYTES <= segment.length;
        at = line.end
    ) {
        line = readHead(segment, at, line)
        if (line.wall && line.level !== NAME_LEVEL) return line.time
    }
    return -1
}
