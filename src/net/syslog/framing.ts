import { format } from "./format"

/** How messages are told apart in a stream. */
export interface Framing {
    /** Whether messages must not hold line feeds. */
    readonly singleLine: boolean
    /** The text that stands for one message in the stream. */
    frame(message: string): string
    /** The messages of a text made of frames. */
    split(text: string): string[]
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

function splitCounted(text: string): string[] {
    const bytes = Buffer.from(text)
    const messages: string[] = []
    let at = 0
    while (at < bytes.length) {
        const space = bytes.indexOf(0x20, at)
        const size = parseInt(bytes.slice(at, space).toString())
        at = space + 1 + size
        messages.push(bytes.slice(space + 1, at).toString())
    }
    return messages
}

function splitLines(text: string): string[] {
    const messages: string[] = []
    let start = 0
    let end = text.indexOf("\n")
    while (end >= 0) {
        messages.push(text.slice(start, end))
        start = end + 1
        end = text.indexOf("\n", start)
    }
    return messages
}
