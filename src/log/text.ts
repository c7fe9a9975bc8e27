import { escapeControls } from "../platform"

import * as ds from "@devicescript/core"

/** Longest message, in bytes: a longer one is cut and marked. */
export const MAX_MESSAGE = 1024
/** What marks a text that was cut. */
export const CUT_MARK = "[...]"

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

/** The first characters of a text that fit into `bytes`, marked when something was cut off. */
export function cut(text: string, bytes: number): string {
    if (text.byteLength <= bytes) return text
    const room = Math.max(0, bytes - CUT_MARK.byteLength)
    return firstBytes(text, room) + CUT_MARK.slice(0, bytes)
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
