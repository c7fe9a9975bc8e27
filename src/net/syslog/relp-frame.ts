import { format } from "./format"

/** Largest TXNR, after which they start again at 1 (RELP specification, "RELP frame"). */
const MAX_TXNR = 999999999
/** Longest frame a server may send us: its answer to `open` has about 100 bytes. */
const MAX_FRAME_BYTES = 1024

/** One RELP frame: `TXNR SP COMMAND SP DATALEN [SP DATA] LF`. */
export interface RelpFrame {
    txnr: number
    command: string
    data: string
}

/** The number after `txnr`. */
export function nextTxnr(txnr: number): number {
    return txnr < MAX_TXNR ? txnr + 1 : 1
}

/** A frame as sent. */
export function relpFrame(txnr: number, command: string, data: string): string {
    const size = data.byteLength
    return size
        ? format("{0} {1} {2} {3}\n", txnr, command, size, data)
        : format("{0} {1} 0\n", txnr, command)
}

/** Cuts the stream from a server into frames. Servers answer in ASCII. */
export class RelpParser {
    private rest = ""

    /**
     * Takes the next bytes of the stream.
     * @returns the frames that are complete now
     * @throws RangeError for bytes that are not RELP
     */
    push(data: Buffer): RelpFrame[] {
        this.rest = this.rest + data.toString()
        const frames: RelpFrame[] = []
        let frame = this.next()
        while (frame) {
            frames.push(frame)
            frame = this.next()
        }
        if (this.rest.length > MAX_FRAME_BYTES) this.refuse()
        return frames
    }

    private next(): RelpFrame | undefined {
        const { rest } = this
        const first = rest.indexOf(" ")
        const second = first < 0 ? -1 : rest.indexOf(" ", first + 1)
        if (second < 0) return undefined
        const end = this.endOfLength(second + 1)
        if (end < 0) return undefined
        const txnr = parseInt(rest.slice(0, first))
        const size = parseInt(rest.slice(second + 1, end))
        if (!(txnr >= 0) || !(size >= 0)) this.refuse()
        const start = size ? end + 1 : end
        if (rest.length <= start + size) return undefined
        if (rest[start + size] !== "\n") this.refuse()
        this.rest = rest.slice(start + size + 1)
        return {
            txnr,
            command: rest.slice(first + 1, second),
            data: rest.slice(start, start + size),
        }
    }

    /** Where DATALEN ends: at a space, or at the line feed of a frame without data. */
    private endOfLength(from: number): number {
        const space = this.rest.indexOf(" ", from)
        const feed = this.rest.indexOf("\n", from)
        if (space < 0) return feed
        return feed < 0 ? space : Math.min(space, feed)
    }

    private refuse(): void {
        throw new RangeError(`no RELP frame: "${this.rest.slice(0, 32)}"`)
    }
}
