// Jacdac's USB bridge: a board mixes frames of its bus with its log on one serial port and tells
// them apart by quoted bytes (`usbbridge.md` of microsoft/jacdac, `jd_usb.c` of microsoft/jacdac-c).
const MAGIC = 0xfe
const LITERAL_MAGIC = 0xf8
const FRAME_START = 0xfc
const FRAME_END = 0xfd
/** Longest frame. */
const MAX_FRAME_BYTES = 256

/** Who takes what a board says on its serial port. */
export interface BridgeListener {
    /** A byte of the log. */
    text?(byte: number): void
    /** A frame of the bus, unchecked. */
    frame?(frame: Uint8Array): void
}

/** Takes frames and log apart. */
export class BridgeReader {
    private readonly listener: BridgeListener
    private isQuoted = false
    private frame: number[] | undefined

    constructor(listener: BridgeListener) {
        this.listener = listener
    }

    push(data: Uint8Array): void {
        for (const byte of data) {
            if (this.isQuoted) this.takeQuoted(byte)
            else if (byte === MAGIC) this.isQuoted = true
            else this.take(byte)
        }
    }

    private takeQuoted(byte: number): void {
        this.isQuoted = false
        if (byte === FRAME_START) this.frame = []
        else if (byte === LITERAL_MAGIC) this.take(MAGIC)
        else if (byte === FRAME_END) {
            if (this.frame) this.listener.frame?.(Uint8Array.from(this.frame))
            this.frame = undefined
        }
    }

    private take(byte: number): void {
        if (!this.frame) return this.listener.text?.(byte)
        this.frame.push(byte)
        // a frame that never ends must not swallow the log
        if (this.frame.length > MAX_FRAME_BYTES) this.frame = undefined
    }
}

/** A frame as it goes over a serial port. */
export function quoteFrame(frame: Uint8Array): Buffer {
    const bytes = [...frame].flatMap(byte =>
        byte === MAGIC ? [MAGIC, LITERAL_MAGIC] : [byte]
    )
    return Buffer.from([MAGIC, FRAME_START, ...bytes, MAGIC, FRAME_END])
}
