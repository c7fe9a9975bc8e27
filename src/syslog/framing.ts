/** What the length of a message takes in its frame at most. */
export const MAX_PREFIX = 5
/** Bytes that a frame takes besides in RELP: `999999999 syslog ` and the line feed. */
const RELP_BYTES = 18
const LINE_FEED = 10

/** Bytes of the message whose frame in octet counting begins at a place. */
export function messageBytes(bytes: Buffer, at: number): number {
    return parseInt(bytes.slice(at, at + MAX_PREFIX).toString())
}

/** Bytes before a message of a given size, `LENGTH SP`: it has 50 or more, and 8192 at most. */
export function prefixBytes(size: number): number {
    return size < 100 ? 3 : size < 1000 ? 4 : MAX_PREFIX
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
        const size = messageBytes(frames, from)
        const prefix = prefixBytes(size)
        let length = size + prefix
        if (txnr === undefined) {
            from += prefix
            length = size
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
