import { Level, levelName } from "../log"
import { rfc3339 } from "../platform"

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
/** Shortest and longest head; a line starts only where one more byte than the longest is left. */
export const MIN_HEAD_BYTES = 3
export const MAX_HEAD_BYTES = 7

const LONG_TIME = 255
const WALL_BIT = 0x8000

/** A line read back from the log. */
export interface StoredLine {
    /** Without time and level, which are stored beside it. */
    text: string
    level: Level
    /** Seconds: Unix time when `wall`, else uptime. */
    time: number
    wall: boolean
    /** Position of this line in the log: rises from line to line, survives resets. */
    cursor: number
}

/** A line as it is stored. */
export interface PendingLine {
    text: string
    level: Level
    /** Seconds in one number: Unix time, or -1 less the uptime while the clock is unknown. */
    stamp: number
}

/**
 * A stored line as people read it: `TIME [LEVEL] text`. The time is in whole seconds, which
 * is what is stored: after RFC 3339 when the clock was known, else uptime.
 */
export function lineText({ text, level, time, wall }: StoredLine): string {
    const stamp = wall ? rfc3339(time * 1000).slice(0, -5) + "Z" : "" + time
    return `${stamp} [${levelName(level).toUpperCase()}] ${text}`
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
    /** Where the text starts in the segment's buffer. */
    start: number
    /** Where the text would end in the segment's buffer; past it when it goes on. */
    end: number
}

/**
 * Writes the head of a line, whose text has `bytes`, at `at` of `segment`.
 * @param stamp in seconds
 * @param last stamp of the line that started before it in this segment, NaN if none did
 * @returns bytes of the head
 */
export function writeHead(
    segment: Buffer,
    at: number,
    level: Level,
    bytes: number,
    stamp: number,
    last: number
): number {
    const wall = stamp >= 0
    segment.setAt(at, "u16", bytes | (level << 11) | (wall ? WALL_BIT : 0))
    // far out of range when one is an uptime and the other is not
    const delta = wall ? stamp - last : last - stamp
    if (delta >= 0 && delta < LONG_TIME) {
        segment[at + 2] = delta
        return MIN_HEAD_BYTES
    }
    segment[at + 2] = LONG_TIME
    segment.setAt(at + 3, "u32", wall ? stamp : -1 - stamp)
    return MAX_HEAD_BYTES
}

/**
 * Reads the head of a line at `at` of `segment`.
 * @param before the head before it in this segment, if there is one
 */
export function readHead(
    segment: Buffer,
    at: number,
    before: LineHead | undefined
): LineHead {
    const word = segment.getAt(at, "u16")
    const short = segment[at + 2] !== LONG_TIME
    const start = at + (short ? MIN_HEAD_BYTES : MAX_HEAD_BYTES)
    return {
        level: (word >> 11) & 15,
        time: short
            ? before.time + segment[at + 2]
            : segment.getAt(at + 3, "u32"),
        wall: (word & WALL_BIT) !== 0,
        start,
        end: start + (word & MAX_LINE_BYTES),
    }
}
