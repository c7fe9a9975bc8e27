import { escapeControls } from "../platform"

/** Longest message, in bytes: a longer one is cut, and its end tells how many bytes are missing. */
export const MAX_MESSAGE = 1024
/** The mark at the end of a text that was cut: these two, with the number of bytes between them. */
const CUT_BEGIN = "[+"
const CUT_END = " bytes]"
/** Longest such mark, in bytes. */
const MAX_CUT = 20

/**
 * Limits a text to `bytes` bytes. A longer one is cut at a character, and its end tells how much
 * is missing, `[+N bytes]`; if it was cut before, the numbers add up. With a limit below 40 bytes
 * the text ends with `...` instead.
 * @param bytes 3 or more
 */
export function cut(text: string, bytes: number): string {
    if (text.byteLength <= bytes) return text
    if (bytes < 2 * MAX_CUT) return firstBytes(text, bytes - 3) + "..."
    let missing = 0
    const at = text.indexOf(CUT_BEGIN, Math.max(0, text.length - MAX_CUT))
    if (at >= 0 && text.slice(-CUT_END.length) === CUT_END) {
        missing = parseInt(text.slice(at + CUT_BEGIN.length))
        text = text.slice(0, at)
    }
    missing += text.byteLength
    // the number in the mark will be smaller than this, so the mark is never longer
    const kept = firstBytes(text, bytes - cutMark(missing).length)
    return kept + cutMark(missing - kept.byteLength)
}

function cutMark(missing: number): string {
    return CUT_BEGIN + missing + CUT_END
}

/** The longest beginning of whole characters that fits into `bytes` bytes. */
export function firstBytes(text: string, bytes: number): string {
    // a character has 1 to 4 bytes
    let short = text.slice(0, bytes)
    while (short.byteLength > bytes) {
        const over = short.byteLength - bytes
        short = short.slice(0, short.length - Math.idiv(over + 3, 4))
    }
    return short
}

/** Escapes control characters and cuts to MAX_MESSAGE bytes. */
export function clean(text: string): string {
    return cut(escapeControls(cut(text, MAX_MESSAGE), MAX_MESSAGE), MAX_MESSAGE)
}
