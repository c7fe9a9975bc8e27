/** Most bytes before the message in a frame: `8192 `. */
export const MAX_PREFIX = 5
/** Most bytes that RELP adds to a frame: `999999999 syslog ` and the line feed. */
const RELP_BYTES = 18
const LINE_FEED = 10
const SPACE = 32
/** The digit 0. */
const ZERO = 48

/**
 * Size of the frame in octet counting, `LENGTH SP MESSAGE`, that begins at `at`, in bytes. The length
 * has 2 to 4 digits, as a message has 50 to 8192 bytes.
 */
export function frameBytesAt(bytes: Buffer, at: number): number {
    // reading the digits as a text would make three objects for each frame
    const start = bytes.getAt(at, "i32")
    const two = (start & 15) * 10 + ((start >> 8) & 15)
    const third = (start >> 16) & 255
    if (third === SPACE) return two + 3
    const three = two * 10 + third - ZERO
    const fourth = start >> 24
    return fourth === SPACE ? three + 4 : three * 10 + fourth - ZERO + 5
}

/** How frames are sent on a connection. */
export interface Framing {
    /** With RELP the TXNR of the last command; null with another transport. */
    relp: { txnr: number }
}

/** Bytes before the message in a frame of `frame` bytes. */
function prefixBytes(frame: number): number {
    return frame < 103 ? 3 : frame < 1004 ? 4 : MAX_PREFIX
}

/**
 * Turns frames in octet counting into lines (RFC 6587, section 3.4.2) or into commands of RELP,
 * in which the length stands before the message as well.
 */
export function reframe(
    { relp }: Framing,
    frames: Buffer,
    count: number
): Buffer {
    const data = Buffer.alloc(frames.length + count * RELP_BYTES)
    let txnr = relp ? relp.txnr : 0
    let from = 0
    let to = 0
    while (from < frames.length) {
        let length = frameBytesAt(frames, from)
        if (relp) {
            const command = `${++txnr} syslog `
            data.blitAt(to, command, 0, command.length)
            to += command.length
        } else {
            const prefix = prefixBytes(length)
            from += prefix
            length -= prefix
        }
        data.blitAt(to, frames, from, length)
        from += length
        to += length
        data[to++] = LINE_FEED
    }
    return data.slice(0, to)
}
