import { Level } from "../../levels"
import { HEADER_BYTES, NO_LINE, SegmentHeader } from "./segment"

/**
 * A stored line in a segment's payload:
 *
 *     u16  bits 0-10 bytes of text, bits 11-14 level (15: the file's name),
 *          bit 15 set when the time is Unix time, else it is uptime
 *     u8   seconds since the line before it in this segment, or 255 and then
 *     u32  the time in seconds: always for the first line that starts in a segment
 *     ...  text in UTF-8, which may go on in the following segments
 *
 * Only the text is ever split; so every segment can be walked by itself.
 */
export const MAX_LINE_BYTES = 2047
/** Level of the entry that names the file; the first entry of every file. */
export const NAME_LEVEL = 15
/** Longest head of a line: a line starts only where one more byte than this is left. */
export const MAX_HEAD_BYTES = 7

const LONG_TIME = 255
const WALL_BIT = 0x8000

/** A line as it waits to be stored. */
export interface PendingLine {
    text: string
    level: Level
    /** Seconds: Unix time when `wall`, else uptime. */
    time: number
    wall: boolean
}

/**
 * A line to be stored.
 * @param millis uptime in ms
 * @param wall Unix time in ms, or undefined while it is unknown
 */
export function pendingLine(
    text: string,
    level: Level,
    millis: number,
    wall: number | undefined
): PendingLine {
    const known = wall !== undefined
    // not Math.idiv, which takes 32 bits only
    const time = Math.floor((known ? wall : millis) / 1000)
    return { text, level, time, wall: known }
}

/** A line read back from the log. */
export interface StoredLine extends PendingLine {
    /** Position of this line in the log: rises from line to line, survives resets. */
    cursor: number
}

/** Position of the line that starts at `offset` of the payload of segment `seq`. */
export function cursorOf(seq: number, offset: number): number {
    return seq * 256 + offset
}

/** Sequence number of the segment in which the line at `cursor` starts. */
export function cursorSeq(cursor: number): number {
    return Math.floor(cursor / 256)
}

/** The head of a line found in a segment. */
export interface LineHead {
    level: Level
    time: number
    wall: boolean
    /** Offset of the head in the payload. */
    offset: number
    /** Where the text starts in the segment's buffer. */
    start: number
    /** Where the text would end in the segment's buffer; past it when it goes on. */
    end: number
}

/**
 * Writes the head of `line`, whose text has `bytes`, at `at` of `segment`.
 * @param before the line that started before it in this segment, if one did
 * @returns where the text goes
 */
export function writeHead(
    segment: Buffer,
    at: number,
    line: PendingLine,
    bytes: number,
    before: PendingLine | undefined
): number {
    segment.setAt(
        at,
        "u16",
        bytes | (line.level << 11) | (line.wall ? WALL_BIT : 0)
    )
    const delta =
        before && before.wall === line.wall
            ? line.time - before.time
            : LONG_TIME
    if (delta >= 0 && delta < LONG_TIME) {
        segment[at + 2] = delta
        return at + 3
    }
    segment[at + 2] = LONG_TIME
    segment.setAt(at + 3, "u32", line.time)
    return at + MAX_HEAD_BYTES
}

/** Calls `visit` for each line that starts in `segment`, in order. */
export function walkHeads(
    segment: Buffer,
    header: SegmentHeader,
    visit: (head: LineHead) => void
): void {
    if (header.first === NO_LINE) return
    const limit = HEADER_BYTES + header.length
    let at = HEADER_BYTES + header.first
    let time = 0
    while (at + 3 <= limit) {
        const word = segment.getAt(at, "u16")
        const short = segment[at + 2] !== LONG_TIME
        const start = at + (short ? 3 : MAX_HEAD_BYTES)
        time = short ? time + segment[at + 2] : segment.getAt(at + 3, "u32")
        const end = start + (word & MAX_LINE_BYTES)
        visit({
            level: (word >> 11) & 15,
            time,
            wall: (word & WALL_BIT) !== 0,
            offset: at - HEADER_BYTES,
            start,
            end,
        })
        at = end
    }
}
