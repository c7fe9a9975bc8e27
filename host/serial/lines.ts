/** Quoted bytes of Jacdac's USB bridge, which a board mixes with its log (`usbbridge.md`). */
const MAGIC = 0xfe
const LITERAL_MAGIC = 0xf8
const FRAME_START = 0xfc
const FRAME_END = 0xfd
const LF = 0x0a
/** Longest line; the VM cuts its own at 296 bytes. */
const MAX_LINE_BYTES = 4096
/** Longest frame, with each byte quoted. */
const MAX_FRAME_BYTES = 2 * 256

/** Takes the lines of a board's log out of what comes over its serial port. */
export class SerialLines {
    private line: number[] = []
    private isQuoted = false
    private frameBytes = -1

    /** Takes bytes. @returns the lines that ended in them */
    push(data: Uint8Array): string[] {
        const lines: string[] = []
        for (const byte of data) {
            if (this.isQuoted) this.quoted(byte)
            else if (byte === MAGIC) this.isQuoted = true
            else if (this.isInFrame()) continue
            else if (byte === LF) lines.push(this.take())
            else this.add(byte)
        }
        return lines
    }

    /** The line that has not ended, for when nothing comes any more. */
    rest(): string {
        return this.line.length ? this.take() : ""
    }

    private quoted(byte: number): void {
        this.isQuoted = false
        if (byte === FRAME_START) this.frameBytes = 0
        else if (byte === FRAME_END) this.frameBytes = -1
        else if (byte === LITERAL_MAGIC && !this.isInFrame()) this.add(MAGIC)
    }

    /** A frame that never ends must not swallow the log. */
    private isInFrame(): boolean {
        if (this.frameBytes < 0) return false
        if (++this.frameBytes > MAX_FRAME_BYTES) this.frameBytes = -1
        return this.frameBytes >= 0
    }

    private add(byte: number): void {
        if (this.line.length < MAX_LINE_BYTES) this.line.push(byte)
    }

    private take(): string {
        const text = Buffer.from(this.line).toString().replace(/\r$/, "")
        this.line = []
        return text
    }
}
