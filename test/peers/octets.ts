/** Longest frame that is read, in bytes: more is a framing error. */
const MAX_FRAME = 16384

/** Cuts a stream into frames of octet counting, strictly by RFC 6587, section 3.4.1. */
export class OctetReader {
    private rest: Buffer = Buffer.alloc(0)

    /**
     * Takes the next bytes.
     * @returns the messages that are complete now
     * @throws RangeError for bytes that are no octet counting
     */
    push(data: Buffer): Buffer[] {
        this.rest = this.rest.length ? Buffer.concat([this.rest, data]) : data
        const messages: Buffer[] = []
        let start = 0
        for (;;) {
            const space = this.rest.indexOf(0x20, start)
            if (space < 0) break
            const digits = this.rest.toString("latin1", start, space)
            if (!/^[1-9]\d{0,4}$/.test(digits) || Number(digits) > MAX_FRAME)
                throw new RangeError(`no MSG-LEN: ${JSON.stringify(digits)}`)
            const end = space + 1 + Number(digits)
            if (end > this.rest.length) break
            messages.push(this.rest.subarray(space + 1, end))
            start = end
        }
        this.rest = this.rest.subarray(start)
        if (this.rest.length > MAX_FRAME + 6)
            throw new RangeError("a frame without end")
        return messages
    }

    /** Bytes of a frame that is not complete. */
    get pending(): number {
        return this.rest.length
    }
}
