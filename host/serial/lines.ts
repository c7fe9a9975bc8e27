import { BridgeReader } from "./bridge.ts"

const LF = 0x0a
/** Longest line: the rest is a line of its own. The VM cuts its own at 296 bytes. */
const MAX_LINE_BYTES = 4096

/** Takes the lines of a board's log out of what comes over its serial port. */
export class SerialLines {
    private line: number[] = []
    private ended: string[] = []
    private readonly reader = new BridgeReader({
        text: byte => {
            if (byte !== LF) this.line.push(byte)
            // what comes at a wrong speed has no end of a line, and is shown all the same
            if (byte === LF || this.line.length === MAX_LINE_BYTES)
                this.ended.push(this.take())
        },
    })

    /** Takes bytes. @returns the lines that ended in them */
    push(data: Uint8Array): string[] {
        this.ended = []
        this.reader.push(data)
        return this.ended
    }

    /** The line that has not ended, for when nothing comes any more. */
    rest(): string {
        return this.line.length ? this.take() : ""
    }

    private take(): string {
        const text = Buffer.from(this.line).toString().replace(/\r$/, "")
        this.line = []
        return text
    }
}
