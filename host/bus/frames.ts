/** First byte of a large frame: its length follows in two bytes. */
const LARGE_FRAME = 0xff

/**
 * Takes the whole Jacdac frames out of bytes in the framing of the DeviceScript tool: a length
 * byte, then the frame; 0xff and a u16 for the length of a large one.
 * @returns copies of the frames, and the bytes after them
 */
export function splitFrames(data: Buffer): {
    frames: Uint8Array[]
    rest: Buffer
} {
    const frames: Uint8Array[] = []
    while (data.length) {
        const isLarge = data[0] === LARGE_FRAME
        if (isLarge && data.length < 3) break
        const start = isLarge ? 3 : 1
        const end = start + (isLarge ? data.readUInt16LE(1) : data[0]!)
        if (data.length < end) break
        frames.push(new Uint8Array(data.subarray(start, end)))
        data = data.subarray(end)
    }
    return { frames, rest: data }
}

/** A frame as it goes over TCP; undefined for a large one, which the VM's reader does not know. */
export function wrapFrame(frame: Uint8Array): Buffer | undefined {
    return frame.length >= LARGE_FRAME
        ? undefined
        : Buffer.concat([Buffer.of(frame.length), frame])
}
