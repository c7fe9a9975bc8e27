import { format } from "./format"

const LINE_FEED = 10
const SPACE = 32

/** How messages are told apart in a stream. */
export interface Framing {
    /** Whether messages must not hold line feeds. */
    readonly singleLine: boolean
    /** The text that stands for one message in the stream. */
    frame(message: string): string
    /** The messages of bytes made of frames. */
    split(bytes: Buffer): string[]
}

/** Octet counting, RFC 6587, section 3.4.1: `LENGTH SP MESSAGE`, the length in bytes. */
export const OCTET: Framing = {
    singleLine: false,
    frame: message => format("{0} {1}", message.byteLength, message),
    split: splitCounted,
}

/**
 * A line feed after each message, RFC 6587, section 3.4.2. The messages themselves must
 * hold none (`singleLine`).
 */
export const LF: Framing = {
    singleLine: true,
    frame: message => message + "\n",
    split: splitLines,
}

function splitCounted(bytes: Buffer): string[] {
    const messages: string[] = []
    let at = 0
    while (at < bytes.length) {
        const space = bytes.indexOf(SPACE, at)
        const size = parseInt(bytes.slice(at, space).toString())
        at = space + 1 + size
        messages.push(bytes.slice(space + 1, at).toString())
    }
    return messages
}

function splitLines(bytes: Buffer): string[] {
    const messages: string[] = []
    let start = 0
    let end = bytes.indexOf(LINE_FEED)
    while (end >= 0) {
        messages.push(bytes.slice(start, end).toString())
        start = end + 1
        end = bytes.indexOf(LINE_FEED, start)
    }
    return messages
}
