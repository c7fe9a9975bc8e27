import { MAX_VALUE_BYTES } from "../../../platform"

/**
 * One segment of the flash log = the value of one slot. Little-endian:
 *
 *     0  u8   magic 0x4c ("L")
 *     1  u8   format version
 *     2  u16  id of the log: CRC-16 of its file name
 *     4  u32  sequence number, 1 and up, never used twice
 *     8  u8   number of this segment within its file, from 0
 *     9  u8   how many segments before this file still count: older files
 *    10  u8   payload bytes
 *    11  u8   offset in the payload of the first line that starts here, 255 = none does
 *    12  u16  CRC-16/CCITT of bytes 0 to 11 and of the payload
 *    14  ...  payload: stored lines, see `line.ts`
 *
 * The host reads the same format in `host/flash/log.ts`; both are held to
 * `test/vectors/flash-log.json`.
 */
export const MAGIC = 0x4c
export const FORMAT_VERSION = 1
export const HEADER_BYTES = 14
/** Most payload of one segment. */
export const PAYLOAD_BYTES = MAX_VALUE_BYTES - HEADER_BYTES
/** Value of the `first` field when no line starts in the segment. */
export const NO_LINE = 255

const ID = 2
const SEQ = 4
const INDEX = 8
const BACK = 9
const LENGTH = 10
const FIRST = 11
const CHECKSUM = 12

/** What the header of a segment says, without magic, version and checksum. */
export interface SegmentHeader {
    id: number
    seq: number
    index: number
    back: number
    length: number
    first: number
}

/**
 * CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xffff) over `bytes[from..to)`, without a
 * table: 0.24 ms for 200 bytes on the simulated VM. Continue one with `crc`.
 */
export function crc16(
    bytes: Buffer,
    from: number,
    to: number,
    crc = 0xffff
): number {
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
    return crc16(name, 0, name.length)
}

function checksum(segment: Buffer): number {
    return crc16(
        segment,
        HEADER_BYTES,
        segment.length,
        crc16(segment, 0, CHECKSUM)
    )
}

/** Fills in the header of `segment`, whose payload is in place. */
export function sealSegment(segment: Buffer, header: SegmentHeader): void {
    segment[0] = MAGIC
    segment[1] = FORMAT_VERSION
    segment.setAt(ID, "u16", header.id)
    segment.setAt(SEQ, "u32", header.seq)
    segment[INDEX] = header.index
    segment[BACK] = header.back
    segment[LENGTH] = header.length
    segment[FIRST] = header.first
    segment.setAt(CHECKSUM, "u16", checksum(segment))
}

/** What is wrong with a slot's value as a segment, or undefined for a sound one. */
export function segmentFault(value: Buffer): string | undefined {
    if (value[0] !== MAGIC) return "is no log segment"
    if (value[1] !== FORMAT_VERSION)
        return `has format version ${value[1]}, ${FORMAT_VERSION} is read`
    if (value.length < HEADER_BYTES)
        return `is cut short: ${value.length} bytes, a header has ${HEADER_BYTES}`
    const length = value[LENGTH]
    if (value.length < HEADER_BYTES + length)
        return `is cut short: ${value.length} of ${HEADER_BYTES + length} bytes`
    if (
        value.length > HEADER_BYTES + length ||
        value.getAt(CHECKSUM, "u16") !== checksum(value)
    )
        return "is damaged: wrong checksum"
    return undefined
}

/** Reads the header of a sound segment. */
export function readHeader(segment: Buffer): SegmentHeader {
    return {
        id: segment.getAt(ID, "u16"),
        seq: segment.getAt(SEQ, "u32"),
        index: segment[INDEX],
        back: segment[BACK],
        length: segment[LENGTH],
        first: segment[FIRST],
    }
}

/** Whether two values are the same segment in the same state, by header and checksum. */
export function sameSegment(a: Buffer, b: Buffer): boolean {
    return (
        a.length === b.length &&
        a.getAt(SEQ, "u32") === b.getAt(SEQ, "u32") &&
        a.getAt(CHECKSUM, "u16") === b.getAt(CHECKSUM, "u16")
    )
}
