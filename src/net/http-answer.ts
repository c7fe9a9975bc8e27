// Reads an HTTP/1.1 answer (RFC 9112) from parts of any size, and hands its body on. The server is
// not trusted: lines, their number and the body have limits.
import { AtOnce, skipChars } from "../platform"

/** Longest line of an answer's head, in bytes. */
export const MAX_HEAD_LINE_BYTES = 1000
/** Most lines of an answer's head, and of a chunked body's trailer. */
export const MAX_HEAD_LINES = 60
/**
 * Most chunks of a body, besides one for each 2 ** CHUNK_SHIFT bytes: what arrives at once is read
 * without a wait, and more and smaller ones would take more steps than the VM allows.
 */
export const MAX_SMALL_CHUNKS = 60
const CHUNK_SHIFT = 4

/** Header fields that callers need; the others are not kept. */
const KEPT_FIELDS = " etag date location content-length transfer-encoding "
/** No name of a field that decides where the body ends is as short. */
const SHORT_NAME = 8
const DIGITS = "0123456789"
const CR = "\r"
const NUL = "\u0000"

/** States, by what is expected next: a line of the head or between chunks, … */
const STATUS_LINE = 0
const FIELDS = 1
const CHUNK_SIZE = 2
const CHUNK_END = 3
const TRAILER = 4
/** … nothing, … */
const DONE = 5
/** … or bytes of the body. */
const LENGTH_BODY = 6
const OPEN_BODY = 7
const CHUNK = 8

/** An answer that is being read. */
export interface HttpAnswer {
    status: number
    /** Header fields of `KEPT_FIELDS` that the answer has, by name in lower case. */
    fields: Record<string, string>
    /** Bytes of the body so far. */
    received: number
    /** What is wrong with the answer; empty while nothing is. */
    fault: string
    /** Longest body that is taken, in bytes. */
    readonly maxBytes: number
    /** Takes the body of an answer with status 200, part by part; without it, the head is enough. */
    readonly onBody: ((part: Buffer) => AtOnce) | undefined
    state: number
    /** Start of a line whose end has not arrived yet. */
    line: Buffer
    /** Lines of the head or of the trailer, or chunks, so far. */
    lines: number
    /** Bytes of the body or the chunk that are still to come; -1 when the length is not known. */
    left: number
}

/** An answer of which nothing has arrived yet. */
export function newAnswer(
    maxBytes: number,
    onBody?: (part: Buffer) => AtOnce
): HttpAnswer {
    return {
        status: 0,
        fields: {},
        received: 0,
        fault: "",
        maxBytes,
        onBody,
        state: STATUS_LINE,
        line: Buffer.alloc(0),
        lines: 0,
        left: -1,
    }
}

/** Takes what arrived. @returns whether the answer is over: read to its end, or faulty */
export function takeAnswer(answer: HttpAnswer, data: Buffer): boolean {
    let at = 0
    while (!isOver(answer)) {
        if (at >= data.length) return false
        at =
            answer.state > DONE
                ? takeBody(answer, data, at)
                : takeLine(answer, data, at)
    }
    return true
}

/** Whether the answer is read to its end, or faulty. */
export function isOver({ state, fault }: HttpAnswer): boolean {
    return state === DONE || fault !== ""
}

/**
 * Notes the end of the connection: an answer that is not complete becomes faulty.
 * @param reason why the connection ended, if the network reports it
 */
export function endAnswer(
    answer: HttpAnswer,
    reason: string | undefined
): void {
    const { state, received, status } = answer
    // nothing else tells a whole body from one that was cut off
    if (state === OPEN_BODY && !reason) answer.state = DONE
    if (isOver(answer)) return
    if (status === 0) answer.fault = reason || "the connection was closed"
    else if (state <= FIELDS)
        answer.fault = "the connection ended within the head of the answer"
    else
        answer.fault = `the connection ended after ${received} bytes of the body`
}

function takeBody(answer: HttpAnswer, data: Buffer, at: number): number {
    const { maxBytes, onBody, left } = answer
    let end = data.length
    if (left >= 0) end = Math.min(end, at + left)
    answer.received += end - at
    if (answer.received > maxBytes) failTooLong(answer)
    else onBody(data.slice(at, end))
    if (left >= 0) answer.left = left - (end - at)
    if (answer.left === 0)
        answer.state = answer.state === CHUNK ? CHUNK_END : DONE
    return end
}

function failTooLong(answer: HttpAnswer): void {
    answer.fault = `more than ${answer.maxBytes} bytes`
}

function takeLine(answer: HttpAnswer, data: Buffer, at: number): number {
    let end = data.indexOf(10, at)
    const isWhole = end >= 0
    if (!isWhole) end = data.length
    const { length } = answer.line
    const line = Buffer.alloc(length + end - at)
    line.blitAt(0, answer.line, 0, length)
    line.blitAt(length, data, at, end - at)
    answer.line = isWhole ? Buffer.alloc(0) : line
    if (line.length > MAX_HEAD_LINE_BYTES)
        answer.fault = `a line of more than ${MAX_HEAD_LINE_BYTES} bytes`
    else if (isWhole) {
        let text = line.toString()
        if (text.endsWith(CR)) text = text.slice(0, -1)
        // a field's value may go into a later request
        if (text.indexOf(CR) >= 0 || text.indexOf(NUL) >= 0)
            answer.fault = "a line with a CR or a NUL within"
        else readLine(answer, text)
    }
    return end + 1
}

function readLine(answer: HttpAnswer, line: string): void {
    const { state } = answer
    if (state === STATUS_LINE) {
        const digits = line.startsWith("HTTP/1.") ? line.slice(8, 13) : ""
        const status = parseInt(digits)
        if (digits.trim() !== "" + status || status < 100 || status > 599)
            answer.fault = "it does not speak HTTP/1.1"
        answer.status = status
        // those of an interim answer do not count
        answer.fields = {}
        answer.state = FIELDS
    } else if (state === CHUNK_SIZE) readChunkSize(answer, line)
    else if (state === CHUNK_END) {
        if (line) answer.fault = "a chunk is longer than it says"
        answer.state = CHUNK_SIZE
    } else if (++answer.lines > MAX_HEAD_LINES)
        answer.fault = `more than ${MAX_HEAD_LINES} header lines`
    else if (!line) answer.state = state === TRAILER ? DONE : bodyState(answer)
    else if (state === FIELDS) readField(answer, line)
}

function readField(answer: HttpAnswer, line: string): void {
    const { fields } = answer
    const colon = line.indexOf(":")
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase()
    if (KEPT_FIELDS.indexOf(` ${name} `) < 0) return
    const value = line.slice(colon + 1).trim()
    const before = fields[name]
    if (before !== undefined && before !== value && name.length > SHORT_NAME)
        answer.fault = `two lines of ${name}`
    fields[name] = value
}

/** The state after the head. */
function bodyState(answer: HttpAnswer): number {
    const { status, fields, maxBytes, onBody } = answer
    const length = fields["content-length"]
    const coding = fields["transfer-encoding"]
    // an interim answer: the real one follows
    if (status < 200) return STATUS_LINE
    // a body that nobody takes is not waited for
    if (status !== 200 || !onBody) return DONE
    if (coding) {
        if (coding.toLowerCase() !== "chunked")
            answer.fault = "a transfer-encoding that is not chunked"
        answer.lines = 0
        return CHUNK_SIZE
    }
    if (length === undefined) return OPEN_BODY
    const left = parseInt(length)
    answer.left = left
    if (!length || skipChars(length, 0, DIGITS) < length.length)
        answer.fault = "its content-length is no number"
    else if (left > maxBytes) failTooLong(answer)
    return left === 0 ? DONE : LENGTH_BODY
}

/** Reads the size of a chunk: hexadecimal digits; extensions after a semicolon are ignored. */
function readChunkSize(answer: HttpAnswer, line: string): void {
    const semicolon = line.indexOf(";")
    const text = (semicolon < 0 ? line : line.slice(0, semicolon)).trim()
    const digits = text.slice(skipChars(text, 0, "0"))
    const bytes = Buffer.from("000000".slice(digits.length) + digits, "hex")
    if (!text || digits.length > 6 || bytes.length !== 3)
        answer.fault = "a chunk's size is no number"
    const size = (bytes[0] << 16) | (bytes[1] << 8) | bytes[2]
    answer.left = size
    answer.state = CHUNK
    if (size === 0) {
        answer.lines = 0
        answer.state = TRAILER
    } else if (
        ++answer.lines >
        MAX_SMALL_CHUNKS + (answer.received >> CHUNK_SHIFT)
    )
        answer.fault = "too many small chunks"
}
