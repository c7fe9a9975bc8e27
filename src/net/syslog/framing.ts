import { format } from "./format"

/** How messages are told apart in a stream. */
export interface Framing {
    /** Name as in the setting `SYSLOG_FRAME`. */
    readonly name: string
    /** Whether messages must not hold line feeds. */
    readonly singleLine: boolean
    /** The bytes that stand for one message in the stream. */
    frame(message: string): string
    /** The message of a frame made by `frame`. */
    unframe(frame: string): string
}

/** Octet counting, RFC 6587, section 3.4.1: `LENGTH SP MESSAGE`, the length in bytes. */
export const OCTET: Framing = {
    name: "octet",
    singleLine: false,
    frame: message => format("{0} {1}", message.byteLength, message),
    unframe: frame => frame.slice(frame.indexOf(" ") + 1),
}

/**
 * A line feed after each message, RFC 6587, section 3.4.2. The messages themselves must
 * hold none (`singleLine`).
 */
export const LF: Framing = {
    name: "lf",
    singleLine: true,
    frame: message => message + "\n",
    unframe: frame => frame.slice(0, -1),
}

/** No frame: the transport makes its own. */
export const BARE: Framing = {
    name: "bare",
    singleLine: false,
    frame: message => message,
    unframe: frame => frame,
}
