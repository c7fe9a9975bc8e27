import { ALL_BYTES, logSlot } from "../platform"
import {
    cursorOf,
    cursorSeq,
    FIRST,
    HEADER_BYTES,
    identityOf,
    LEVEL_SHIFT,
    LONG_TIME,
    MAX_TEXT_BYTES,
    MIN_HEAD_BYTES,
    NAME_LEVEL,
    NO_LINE,
    segmentFault,
    SEQ,
    SIZE,
    StoredLine,
    WALL_BIT,
} from "./format"
import { FlashLog, note } from "./state"

/** Problem: the end of a line was not written to flash. */
export const CUT_SHORT = "a line was cut short by a reset: left out"

/** Takes one stored line; may wait. `false` ends the reading. */
export type LineVisitor = (line: StoredLine) => Promise<boolean | void>

/** A line of which only a part has been read. */
interface OpenLine {
    /** The line, its text still empty. */
    line: StoredLine
    /** Its text, of full length. */
    bytes: Buffer
    /** Bytes of the text read so far. */
    filled: number
}

/**
 * Visits stored lines, oldest first, with one segment in RAM at a time, while logging continues.
 * Files that are rotated away meanwhile are left out.
 * @param first sequence number of the segment to begin with
 * @param end sequence number: a file that begins there or later ends the reading
 * @param from cursor of the first line wanted
 * @param visit `false` ends the reading
 */
export async function readLog(
    log: FlashLog,
    first: number,
    end: number,
    from: number,
    visit: LineVisitor
): Promise<void> {
    let expected = Math.max(first, cursorSeq(from))
    // bytes of the file up to the last segment read; NaN while unknown
    let size = NaN
    let open: OpenLine
    // segments written from here on are not read, so that the reading ends
    const newest = log.written
    for (let seq = expected; seq <= newest; ++seq) {
        if (log.starts.indexOf(seq) >= 0) {
            // without damage, `reset` has emptied the rest of the file before
            if (seq > expected && log.hasDamage) noteMissing(log, expected, seq)
            else if (open) note(log, CUT_SHORT)
            if (seq >= end) return
            open = undefined
            size = 0
            expected = seq
        }
        const segment = await readSegment(log, seq)
        if (seq < log.oldest) {
            open = undefined
            size = NaN
            expected = seq + 1
        } else if (segment) {
            const isGap = seq > expected
            const lines: StoredLine[] = []
            if (isGap && open) {
                // the rest of the line is lost, so the file is larger than what was read of it
                open = undefined
                size = -1
            }
            open = readLines(log, segment, open, lines)
            const after = segment.getAt(SIZE, "u16")
            if (isGap) {
                // recovery skips the numbers that a damaged slot may have had, so a gap in the
                // numbers alone proves nothing; the header has the size of the file
                for (const line of lines) size += line.text.byteLength + 1
                if (segment[FIRST] !== 0 || after > size)
                    noteMissing(log, expected, seq)
            }
            size = after
            expected = seq + 1
            for (const line of lines)
                if (line.cursor >= from && (await visit(line)) === false) return
        }
    }
}

function noteMissing(log: FlashLog, from: number, to: number): void {
    note(log, `segments ${from} to ${to - 1} are missing`)
}

/** Reads a segment; undefined when it is missing, overwritten or damaged. */
async function readSegment(
    log: FlashLog,
    seq: number
): Promise<Buffer | undefined> {
    const identity = log.key + seq
    const slot = log.slots.indexOf(identity)
    if (slot < 0) return undefined
    const value = await log.options.flash.read(logSlot(slot))
    return value && !segmentFault(value) && identityOf(value) === identity
        ? value
        : undefined
}

/**
 * Reads the lines that end in a segment, and adds them to `lines`.
 * @param open the line that continues in the segment, undefined for none
 * @returns the line that continues in the next segment, undefined for none
 */
export function readLines(
    log: FlashLog,
    segment: Buffer,
    open: OpenLine | undefined,
    lines: StoredLine[]
): OpenLine | undefined {
    const { length } = segment
    const payload = length - HEADER_BYTES
    const rest = segment[FIRST] === NO_LINE ? payload : segment[FIRST]
    if (open && rest !== Math.min(open.bytes.length - open.filled, payload)) {
        note(log, CUT_SHORT)
        open = undefined
    }
    let time = 0
    let at = HEADER_BYTES
    if (!open) at += rest
    while (open || at + MIN_HEAD_BYTES <= length) {
        if (!open) {
            const cursor = cursorOf(
                segment.getAt(SEQ, "u32"),
                at - HEADER_BYTES
            )
            const word = segment.getAt(at, "u16")
            const seconds = segment[at + 2]
            at += MIN_HEAD_BYTES
            if (seconds === LONG_TIME) {
                time = segment.getAt(at, "u32")
                at += 4
            } else time += seconds
            const level = (word >> LEVEL_SHIFT) & 15
            const wall = (word & WALL_BIT) !== 0
            const isOfThisRun = cursor >= log.began
            open = {
                line: { text: "", level, time, wall, cursor, isOfThisRun },
                bytes: Buffer.alloc(word & MAX_TEXT_BYTES),
                filled: 0,
            }
        }
        const { line, bytes, filled } = open
        bytes.blitAt(filled, segment, at, ALL_BYTES)
        open.filled += length - at
        if (open.filled < bytes.length) return open
        at += bytes.length - filled
        line.text = bytes.toString()
        if (line.level !== NAME_LEVEL) lines.push(line)
        open = undefined
    }
    return undefined
}
