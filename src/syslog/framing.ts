/** What the length of a message takes in its frame at most. */
export const MAX_PREFIX = 5
/** Bytes that a frame takes besides in RELP: `999999999 syslog ` and the line feed. */
const RELP_BYTES = 18
const LINE_FEED = 10
const SPACE = 32
/** The digit 0. */
const ZERO = 48

/**
 * Bytes of the frame in octet counting that begins at a place, `LENGTH SP MESSAGE`: a length of 2
 * to 4 digits, as a message has 50 bytes or more, and 8192 at most.
 */
export function frameBytesAt(bytes: Buffer, at: number): number {
    // to read them as a text would make three objects for each frame that goes
    const start = bytes.getAt(at, "i32")
    const two = (start & 15) * 10 + ((start >> 8) & 15)
    const third = (start >> 16) & 255
    if (third === SPACE) return two + 3
    const three = two * 10 + third - ZERO
    const fourth = start >> 24
    return fourth === SPACE ? three + 4 : three * 10 + fourth - ZERO + 5
}

/** Bytes before the message in a frame of a given size. */
function prefixBytes(frame: number): number {
    return frame < 103 ? 3 : frame < 1004 ? 4 : MAX_PREFIX
}

/**
 * Frames in octet counting as lines, RFC 6587, section 3.4.2, or as commands of RELP, where the
 * length comes first as well.
 * @param txnr number of the command before; undefined for lines
 */
export function reframe(
    frames: Buffer,
    count: number,
    txnr: number | undefined
): Buffer {
    const data = Buffer.alloc(frames.length + count * RELP_BYTES)
    let from = 0
    let to = 0
    while (from < frames.length) {
        let length = frameBytesAt(frames, from)
        if (txnr === undefined) {
            const prefix = prefixBytes(length)
            from += prefix
            length -= prefix
        } else {
            const command = `${++txnr} syslog `
            data.blitAt(to, command, 0, command.length)
            to += command.length
        }
        data.blitAt(to, frames, from, length)
        from += length
        to += length
        data[to++] = LINE_FEED
    }
    return data.slice(0, to)
}
