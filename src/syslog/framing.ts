import { format } from "./format"
import { singleLine } from "./text"

const LINE_FEED = 10
const SPACE = 32

/**
 * The text that stands for one message in the stream: `LENGTH SP MESSAGE` with the length in
 * bytes (octet counting, RFC 6587, section 3.4.1), or the message and a line feed (3.4.2).
 * @param lines whether line feeds tell messages apart; the message must hold none then
 */
export function frame(message: string, lines: boolean): string {
    return lines
        ? message + "\n"
        : format("{0} {1}", message.byteLength, message)
}

/** The messages of bytes made of frames. */
export function splitFrames(bytes: Buffer, lines: boolean): string[] {
    const messages: string[] = []
    let at = 0
    while (at < bytes.length) {
        let end = bytes.indexOf(lines ? LINE_FEED : SPACE, at)
        let next = end + 1
        if (!lines) {
            const size = parseInt(bytes.slice(at, end).toString())
            at = next
            end = next = at + size
        }
        messages.push(bytes.slice(at, end).toString())
        at = next
    }
    return messages
}

/** The same messages in the frames of the other kind. */
export function reframe(data: Buffer, lines: boolean): Buffer {
    const frames: string[] = []
    for (const message of splitFrames(data, !lines))
        frames.push(frame(lines ? singleLine(message) : message, lines))
    return Buffer.from(frames.join(""))
}
