import { LEVELS } from "../levels.ts"

/**
 * The segments of the flash log, as the firmware writes them
 * (`src/flashlog/format.ts` says what each field means). Both sides are
 * held to `test/vectors/flash-log.ts`.
 */
const MAGIC = 0x4c
const FORMAT_VERSION = 2
const HEADER_BYTES = 15
const CHECKSUM_AT = 13
const NO_LINE = 255
const NAME_LEVEL = 15
const LONG_TIME = 255
const MAX_LINE_BYTES = 2047
const WALL_BIT = 0x8000
/** One sound segment. */
export interface Segment {
    /** Id of the log: CRC-16 of its file name. */
    id: number
    seq: number
    /** Sequence number of the first segment of its file. */
    start: number
    /** Sequence number of the oldest segment that counts, as far as this one knows. */
    oldest: number
    /** Bytes of the file up to here: text and line ends of whole lines. */
    size: number
    /** Payload bytes that end the line before, all of them when no line starts here. */
    rest: number
    payload: Buffer
}

/** A line that starts in a segment. */
export interface LineStart {
    isName: boolean
    /** Seconds: Unix time, or uptime; of a name, digits of the files' numbers less one. */
    time: number
    /** What precedes the text when it is read: `TIME [LEVEL] `. */
    prefix: string
    /** The text as far as it is in this segment. */
    text: Buffer
    /** Bytes of text that are to come from the following segments. */
    missing: number
}

/** CRC-16/CCITT-FALSE. */
export function crc16(...parts: Buffer[]): number {
    let crc = 0xffff
    for (const part of parts)
        for (const byte of part) {
            crc ^= byte << 8
            for (let bit = 0; bit < 8; ++bit)
                crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
            crc &= 0xffff
        }
    return crc
}

/** Reads a slot's value; a text says why it is no sound segment. */
export function readSegment(value: Buffer): Segment | string {
    const fault = segmentFault(value)
    if (fault) return fault
    const seq = value.readUInt32LE(4)
    const start = seq - value[10]
    const payload = value.subarray(HEADER_BYTES)
    return {
        id: value.readUInt16LE(2),
        seq,
        start,
        oldest: start - value[11],
        size: value.readUInt16LE(8),
        rest: value[12] === NO_LINE ? payload.length : value[12],
        payload,
    }
}

function segmentFault(value: Buffer): string | undefined {
    if (value[0] !== MAGIC) return "is no log segment"
    if (value[1] !== FORMAT_VERSION)
        return `has format version ${value[1]}, ${FORMAT_VERSION} is read`
    if (value.length < HEADER_BYTES)
        return `is cut short: ${value.length} bytes, a header has ${HEADER_BYTES}`
    const sum = crc16(
        value.subarray(0, CHECKSUM_AT),
        value.subarray(HEADER_BYTES)
    )
    if (value.readUInt16LE(CHECKSUM_AT) !== sum)
        return "is damaged: wrong checksum"
    return undefined
}

/** The lines that start in a segment, in order. */
export function lineStarts({ rest, payload }: Segment): LineStart[] {
    const starts: LineStart[] = []
    let time = 0
    for (let at = rest; at + 3 <= payload.length;) {
        const word = payload.readUInt16LE(at)
        const level = (word >> 11) & 15
        const isLong = payload[at + 2] === LONG_TIME
        const from = at + (isLong ? 7 : 3)
        const end = from + (word & MAX_LINE_BYTES)
        time = isLong ? payload.readUInt32LE(at + 3) : time + payload[at + 2]
        starts.push({
            isName: level === NAME_LEVEL,
            time,
            prefix: `${timeText(time, word >= WALL_BIT)} [${LEVELS[level]?.toUpperCase()}] `,
            text: payload.subarray(from, end),
            missing: Math.max(0, end - payload.length),
        })
        at = end
    }
    return starts
}

/** Unix time after RFC 3339, or uptime, in whole seconds. */
function timeText(seconds: number, isWall: boolean): string {
    if (!isWall) return String(seconds)
    return new Date(seconds * 1000).toISOString().replace(".000", "")
}
