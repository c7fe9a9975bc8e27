// Reads an HTTP/1.1 answer (RFC 9112) as it comes, in parts of any size, and hands its body on. The
// server may be anybody: every line, and the whole, has a limit.

/** Longest line of an answer's head, in bytes. */
export const MAX_HEAD_LINE_BYTES = 1000
/** Most lines of an answer's head, and of a chunked body's trailer. */
export const MAX_HEAD_LINES = 60

/** The head of an answer, as far as anybody asks. */
export interface HttpHead {
    status: number
    /** Header fields by their names in lower case; undefined for one that is not there. */
    etag: string
    date: string
    location: string
}

const STATUS_LINE = 0
const FIELDS = 1
const LENGTH_BODY = 2
const OPEN_BODY = 3
const CHUNK_SIZE = 4
const CHUNK = 5
const CHUNK_END = 6
const TRAILER = 7
const DONE = 8

/**
 * An answer that is being read.
 * @devsWhenUsed
 */
export class HttpAnswer implements HttpHead {
    status = 0
    etag: string
    date: string
    location: string
    /** Bytes of the body so far. */
    received = 0
    /** What is wrong with it; undefined while nothing is. */
    fault: string
    private state = STATUS_LINE
    /** Start of a line whose end has not come yet. */
    private line: Buffer = Buffer.alloc(0)
    private lines = 0
    /** Bytes that the body, or the chunk, still has; -1 when nobody told. */
    private left = -1
    private chunked = false

    /**
     * @param maxBytes longest body
     * @param body takes the body, part by part
     */
    constructor(
        private readonly maxBytes: number,
        private readonly body: (part: Buffer) => void
    ) {}

    /** Whether the answer is read to its end. */
    isDone(): boolean {
        return this.state === DONE
    }

    /** Takes what came. */
    take(data: Buffer): void {
        let at = 0
        while (at < data.length && this.state !== DONE && !this.fault) {
            const isBody =
                this.state === LENGTH_BODY ||
                this.state === OPEN_BODY ||
                this.state === CHUNK
            at = isBody ? this.takeBody(data, at) : this.takeLine(data, at)
        }
    }

    /** The connection is over: what is missing is a fault. */
    end(): void {
        if (this.state === OPEN_BODY) this.state = DONE
        if (this.state === DONE || this.fault) return
        this.fault =
            this.state < LENGTH_BODY
                ? "the connection ended within the head of the answer"
                : `the connection ended after ${this.received} bytes of the body`
    }

    private takeBody(data: Buffer, at: number): number {
        const rest = data.length - at
        const count = this.left < 0 ? rest : Math.min(rest, this.left)
        this.received += count
        if (this.received > this.maxBytes) {
            this.fault = tooLong(this.maxBytes)
            return data.length
        }
        this.body(data.slice(at, at + count))
        if (this.left > 0) {
            this.left -= count
            if (this.left === 0)
                this.state = this.state === CHUNK ? CHUNK_END : DONE
        }
        return at + count
    }

    private takeLine(data: Buffer, at: number): number {
        const end = data.indexOf(10, at)
        const part = data.slice(at, end < 0 ? data.length : end)
        const line = this.line.length ? Buffer.concat(this.line, part) : part
        if (line.length > MAX_HEAD_LINE_BYTES) {
            this.fault = `a line of more than ${MAX_HEAD_LINE_BYTES} bytes`
            return data.length
        }
        this.line = end < 0 ? line : Buffer.alloc(0)
        if (end < 0) return data.length
        const { length } = line
        const isReturn = length > 0 && line[length - 1] === 13
        this.read(line.slice(0, isReturn ? length - 1 : length).toString())
        return end + 1
    }

    private read(line: string): void {
        switch (this.state) {
            case STATUS_LINE:
                return this.readStatus(line)
            case CHUNK_SIZE:
                return this.readChunkSize(line)
            case CHUNK_END:
                if (line) this.fault = "a chunk is longer than it says"
                this.state = CHUNK_SIZE
                return
            default:
                if (++this.lines > MAX_HEAD_LINES)
                    this.fault = `more than ${MAX_HEAD_LINES} header lines`
                else if (line) {
                    if (this.state === FIELDS) this.readField(line)
                } else if (this.state === TRAILER) this.state = DONE
                else this.endHead()
        }
    }

    private readStatus(line: string): void {
        const status = line.startsWith("HTTP/1.") ? line.slice(9, 12) : ""
        this.status = parseInt(status)
        if (status !== "" + this.status || this.status < 100)
            this.fault = "it does not speak HTTP/1.1"
        this.state = FIELDS
    }

    private readField(line: string): void {
        const colon = line.indexOf(":")
        if (colon < 1) return
        const value = line.slice(colon + 1).trim()
        switch (line.slice(0, colon).toLowerCase()) {
            case "etag":
                this.etag = value
                return
            case "date":
                this.date = value
                return
            case "location":
                this.location = value
                return
            case "content-length":
                this.left = parseInt(value)
                if ("" + this.left !== value || this.left < 0)
                    this.fault = "its content-length is no number"
                return
            case "transfer-encoding":
                this.chunked = value.toLowerCase() === "chunked"
                if (!this.chunked)
                    this.fault = "a transfer-encoding that is not chunked"
        }
    }

    private endHead(): void {
        const { status } = this
        if (status < 200) {
            // an interim answer: the real one follows
            this.state = STATUS_LINE
            this.left = -1
        } else if (status === 204 || status === 304) this.state = DONE
        else if (this.chunked) {
            this.lines = 0
            this.state = CHUNK_SIZE
        } else if (this.left > this.maxBytes)
            this.fault = tooLong(this.maxBytes)
        else if (this.left === 0) this.state = DONE
        else this.state = this.left < 0 ? OPEN_BODY : LENGTH_BODY
    }

    /** The size is in hexadecimal, with extensions behind a semicolon. */
    private readChunkSize(line: string): void {
        const semicolon = line.indexOf(";")
        const text = (semicolon < 0 ? line : line.slice(0, semicolon))
            .trim()
            .toLowerCase()
        let size = text.length > 0 && text.length < 7 ? 0 : -1
        for (let i = 0; i < text.length && size >= 0; i++) {
            const digit = "0123456789abcdef".indexOf(text[i])
            size = digit < 0 ? -1 : size * 16 + digit
        }
        if (size < 0) this.fault = "a chunk's size is no number"
        this.left = size
        this.state = size === 0 ? TRAILER : CHUNK
    }
}

function tooLong(maxBytes: number): string {
    return `more than ${maxBytes} bytes`
}
