import { Level, levelName } from "../log"
import { MAX_VALUE_BYTES, rfc3339 } from "../platform"

/**
 * The format of the flash log; all numbers are little-endian. One segment is the value of one slot:
 *
 *     0  u8   magic 0x4c ("L")
 *     1  u8   format version
 *     2  u16  id of the log: CRC-16 of its file name
 *     4  u32  sequence number, 1 and up, never used twice
 *     8  u16  bytes of the file up to here: text of its whole lines, one more for each line end
 *    10  u8   number of this segment within its file, from 0
 *    11  u8   how many segments before this file still count, those of older files; at most 255
 *    12  u8   offset in the payload of the first line that starts here, 255 = none does
 *    13  u16  CRC-16/CCITT of bytes 0 to 12 and of the payload
 *    15  ...  payload: stored lines
 *
 * A stored line in a payload:
 *
 *     u16  bits 0-10 bytes of text, bits 11-14 level (15: the text is the file's name),
 *          bit 15 set when the time is Unix time, else it is uptime
 *     u8   seconds since the line before it in this segment; or 255, and the u32 follows
 *     u32  the time in seconds: always for the first line that starts in a segment; for the
 *          file's name the number of digits of the numbers in names, less one
 *     ...  text in UTF-8, which may go on in the following segments
 *
 * Only the text is ever split, so every segment can be read by itself. The host reads the same
 * format in `host/flash/log.ts`; both are held to `test/vectors/flash-log.ts`.
 */
const MAGIC = 0x4c
const FORMAT_VERSION = 2
export const HEADER_BYTES = 15
/** Largest payload of one segment, in bytes. */
export const PAYLOAD_BYTES = MAX_VALUE_BYTES - HEADER_BYTES
/** Value of the field at FIRST when no line starts in the segment. */
export const NO_LINE = 255

/** Offsets of the header's fields. */
export const ID = 2
export const SEQ = 4
export const SIZE = 8
export const INDEX = 10
export const BACK = 11
export const FIRST = 12
const CHECKSUM = 13

/** Number of values of a sequence number. */
export const SEQ_COUNT = 0x100000000
/** Longest text of a stored line, in bytes; also the mask of its length in the head. */
export const MAX_TEXT_BYTES = 2047
/** Place of the level, and the bit for Unix time, in the first word of a line's head. */
export const LEVEL_SHIFT = 11
export const WALL_BIT = 0x8000
/** Value of the seconds in a line's head when the full time follows. */
export const LONG_TIME = 255
/** Bytes of a head. A line starts only where at least one byte more than the longest is left. */
export const MIN_HEAD_BYTES = 3
export const MAX_HEAD_BYTES = 7
/** Level of the entry that names the file; the first entry of every file. */
export const NAME_LEVEL = 15

/** A line read back from the log. */
export interface StoredLine {
    /** Without time and level, which are stored separately. */
    text: string
    level: Level
    /** Seconds: Unix time when `wall`, else uptime. */
    time: number
    wall: boolean
    /** Position of this line in the log: rises from line to line, and stays valid over resets. */
    cursor: number
    /** Whether it was logged since the start, and not in an earlier run. */
    isOfThisRun: boolean
}

/**
 * Formats a stored line as `TIME [LEVEL] text`. The time is in whole seconds, as it is stored: as
 * in RFC 3339 when the wall clock was known, else uptime.
 */
export function lineText({
    text,
    level,
    time,
    wall,
}: Pick<StoredLine, "text" | "level" | "time" | "wall">): string {
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

/** Identity of a segment: the id of its log and its sequence number in one number. */
export function identityOf(segment: Buffer): number {
    return segment.getAt(ID, "u16") * SEQ_COUNT + segment.getAt(SEQ, "u32")
}

/**
 * CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xffff) over `bytes[from..to)`, without a
 * table: 0.24 ms for 200 bytes on the simulated VM.
 * @param crc 0xffff to begin, or the CRC of the bytes before
 */
function crc16(bytes: Buffer, from: number, to: number, crc: number): number {
    for (let i = from; i < to; ++i) {
        let x = (crc >> 8) ^ bytes[i]
        x ^= x >> 4
        crc = ((crc << 8) ^ (x << 12) ^ (x << 5) ^ x) & 0xffff
    }
    return crc
}

/** The 16-bit id of a log by its file name. */
export function logId(filename: string): number {
    const name = Buffer.from(filename)
    return crc16(name, 0, name.length, 0xffff)
}

function checksum(segment: Buffer): number {
    const header = crc16(segment, 0, CHECKSUM, 0xffff)
    return crc16(segment, HEADER_BYTES, segment.length, header)
}

/** Completes the header of a segment: magic, version and checksum. */
export function sealSegment(segment: Buffer): void {
    segment[0] = MAGIC
    segment[1] = FORMAT_VERSION
    segment.setAt(CHECKSUM, "u16", checksum(segment))
}

/** What is wrong with the value of a slot as a segment; undefined for a valid one. */
export function segmentFault(value: Buffer): string | undefined {
    if (value[0] !== MAGIC) return "is no log segment"
    if (value[1] !== FORMAT_VERSION)
        return `has format version ${value[1]}, ${FORMAT_VERSION} is read`
    if (value.length < HEADER_BYTES)
        return `is cut short: ${value.length} bytes, a header has ${HEADER_BYTES}`
    if (value.getAt(CHECKSUM, "u16") !== checksum(value))
        return "is damaged: wrong checksum"
    return undefined
}
