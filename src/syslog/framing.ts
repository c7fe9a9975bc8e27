import { ByteRing, RingCursor } from "../platform"

/**
 * Bytes before the message in a frame of octet counting, `LENGTH SP MESSAGE`: a message has 50
 * bytes or more, and never more than 8192.
 */
function prefixBytes(size: number): number {
    return size < 103 ? 3 : size < 1004 ? 4 : 5
}

/**
 * The frames between two places of a ring that lie in one piece, with a line feed after each
 * message in place of its length: RFC 6587, section 3.4.2.
 * @param cursor settled; it is moved over the frames
 * @param size bytes of the frames
 */
export function linesOf(
    ring: ByteRing,
    cursor: RingCursor,
    size: number
): Buffer {
    const lines = Buffer.alloc(size)
    const end = cursor.at + size
    let at = 0
    while (cursor.at < end) {
        const from = cursor.at
        const frame = ring.advance(cursor, 1, 1)
        const prefix = prefixBytes(frame)
        ring.copyTo(lines, at, from + prefix, frame - prefix)
        at += frame - prefix
        lines[at++] = LINE_FEED
    }
    return lines.slice(0, at)
}

const LINE_FEED = 10
