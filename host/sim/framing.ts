/** How syslog messages are separated on a TCP connection (RFC 6587). */
export type Framing = "octet" | "lf"

/** A message that a collector took whole. */
export interface SyslogLine {
    /** The message without its framing. */
    line: string
    framing: Framing
}

/** Longest message taken, in bytes. */
export const MAX_MESSAGE_BYTES = 8192

const LF = 0x0a
const SPACE = 0x20
const MAX_LENGTH_DIGITS = String(MAX_MESSAGE_BYTES).length

/** The sender broke the framing; nothing after this point can be told apart. */
export class FramingError extends Error {
    constructor(problem: string) {
        super(problem)
        this.name = "FramingError"
    }
}

/**
 * Decodes the framing of one connection. A first byte 1 to 9 means octet counting
 * (RFC 6587 section 3.4.1), "<" means messages that end with LF (section 3.4.2).
 */
export class FramingDecoder {
    private framing: Framing | undefined
    private rest = Buffer.alloc(0)

    /**
     * Takes bytes and hands each message that is whole to `take`.
     * @throws FramingError when the bytes cannot be framed messages
     */
    push(data: Buffer, take: (message: SyslogLine) => void): void {
        this.rest = Buffer.concat([this.rest, data])
        while (this.rest.length) {
            this.framing ??= detect(this.rest[0])
            const line =
                this.framing === "octet" ? this.octetCounted() : this.lfEnded()
            if (line === undefined) return
            take({ line, framing: this.framing })
        }
    }

    /** Says that the connection ended. @throws FramingError when it ended within a message */
    end(): void {
        if (this.rest.length)
            throw new FramingError(
                `the connection ended within a message (${this.rest.length} bytes of it came)`
            )
    }

    private octetCounted(): string | undefined {
        const space = this.rest.indexOf(SPACE)
        const digits = this.rest
            .subarray(0, space < 0 ? MAX_LENGTH_DIGITS + 1 : space)
            .toString("latin1")
        if (!/^[1-9]\d*$/.test(digits) || digits.length > MAX_LENGTH_DIGITS)
            throw new FramingError(
                `a message length was expected, got ${JSON.stringify(digits)}`
            )
        if (space < 0) return undefined
        if (Number(digits) > MAX_MESSAGE_BYTES) throw tooLong(Number(digits))
        const end = space + 1 + Number(digits)
        if (this.rest.length < end) return undefined
        return this.consume(space + 1, end, end)
    }

    private lfEnded(): string | undefined {
        if (this.rest[0] !== 0x3c) detect(this.rest[0], "lf")
        const end = this.rest.indexOf(LF)
        const length = end < 0 ? this.rest.length : end
        if (length > MAX_MESSAGE_BYTES) throw tooLong(length)
        if (end < 0) return undefined
        return this.consume(0, end, end + 1)
    }

    private consume(start: number, end: number, next: number): string {
        const line = this.rest.subarray(start, end).toString("utf8")
        this.rest = this.rest.subarray(next)
        return line
    }
}

function detect(first: number, wanted?: Framing): Framing {
    if (first === 0x3c) return "lf"
    if (first >= 0x31 && first <= 0x39 && wanted !== "lf") return "octet"
    throw new FramingError(
        `a message must start with ${wanted === "lf" ? '"<"' : '"<" or its length'}, ` +
            `got byte 0x${first.toString(16).padStart(2, "0")}`
    )
}

function tooLong(bytes: number): FramingError {
    return new FramingError(
        `a message of ${bytes} bytes or more, at most ${MAX_MESSAGE_BYTES} are taken`
    )
}
