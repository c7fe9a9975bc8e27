import { escapeControls } from "../platform"

import * as ds from "@devicescript/core"

/** Longest message, in bytes: a longer one is cut, and says by how much. */
export const MAX_MESSAGE = 1024
/** What marks a text that was cut, with the number of bytes between. */
const CUT_BEGIN = "[+"
const CUT_END = " bytes]"
/** Longest such mark. */
const MAX_CUT = 20

/**
 * The VM's native formatter, which fills `{0}` to `{3}` of a message; its type in the library
 * admits numbers only. Objects come out of it with their UTF-8 escaped byte by byte: those go
 * through `textOf` first.
 */
export const nativeFormat: (
    message: string,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown,
    e?: unknown
) => string = (ds as any).format

/**
 * A text of at most `bytes` bytes: what is longer is cut at a character, and says at its end how
 * much is missing, `[+N bytes]`. Of one that was cut before, the numbers add up. Where there is no
 * room for that, the text ends with `...`.
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
    // the mark is shorter than with this number, if anything
    const kept = firstBytes(text, bytes - cutMark(missing).length)
    return kept + cutMark(missing - kept.byteLength)
}

function cutMark(missing: number): string {
    return CUT_BEGIN + missing + CUT_END
}

/** The first characters of a text that fit into `bytes`. */
export function firstBytes(text: string, bytes: number): string {
    // a character has at least one byte and at most 4
    let short = text.slice(0, bytes)
    while (short.byteLength > bytes) {
        const over = short.byteLength - bytes
        short = short.slice(0, short.length - Math.idiv(over + 3, 4))
    }
    return short
}

/** A text of at most MAX_MESSAGE bytes and without control characters. @throws for what is no text */
export function clean(text: string): string {
    if (typeof text !== "string") throw new TypeError("a text is wanted")
    return cut(escapeControls(cut(text, MAX_MESSAGE)), MAX_MESSAGE)
}
