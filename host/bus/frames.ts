import { crc } from "jacdac-ts"

/** First byte of a large frame: its length follows in two bytes. */
const LARGE_FRAME = 0xff
/** Head of a frame: checksum, size of its packets, flags, device. */
export const FRAME_HEAD = 12
const SIZE_AT = 2

/**
 * Takes the whole Jacdac frames out of bytes in the framing of the DeviceScript tool: a length
 * byte, then the frame; 0xff and a u16 for the length of a large one. What is no frame, as of a
 * server of something else, is left out: jacdac-ts prints a line for each.
 * @returns copies of the frames, and the bytes after them
 */
export function splitFrames(data: Buffer): {
    frames: Uint8Array[]
    rest: Buffer
} {
    const frames: Uint8Array[] = []
    while (data.length) {
        const hasLength = data[0] === LARGE_FRAME
        if (hasLength && data.length < 3) break
        const start = hasLength ? 3 : 1
        const end = start + (hasLength ? data.readUInt16LE(1) : data[0]!)
        if (data.length < end) break
        const frame = new Uint8Array(data.subarray(start, end))
        if (isLarge(frame) || isFrame(frame)) frames.push(frame)
        data = data.subarray(end)
    }
    return { frames, rest: data }
}

/** Whether a frame is whole, and as it was sent; bytes that fill it up may follow. */
export function isFrame(frame: Uint8Array): boolean {
    const [low = 0, high = 0] = frame
    const end = FRAME_HEAD + (frame[SIZE_AT] ?? 0)
    return (
        frame.length >= end &&
        crc(frame.subarray(SIZE_AT, end)) === low + (high << 8)
    )
}

/** Whether it is no frame of the bus, but a message of the tool. */
export function isLarge(frame: Uint8Array): boolean {
    return frame.length >= LARGE_FRAME
}

/** A frame as it goes over TCP; undefined for a large one, which the VM's reader does not know. */
export function wrapFrame(frame: Uint8Array): Buffer | undefined {
    return isLarge(frame)
        ? undefined
        : Buffer.concat([Buffer.of(frame.length), frame])
}
