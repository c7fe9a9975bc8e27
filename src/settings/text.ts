// What settings do with texts, the same on the board and in Node, which cannot load all of the
// platform.
import { skipChars } from "../platform/split"

export { indexOrEnd, replaceAll, skipChars, splitText } from "../platform/split"

/** What is taken away around a value. */
const BLANKS = " \t\r\n\v\f\u00a0\ufeff"

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
    return Buffer.from(text).length
}

/** A text without the blanks and line ends around it. */
export function trim(text: string): string {
    const start = skipChars(text, 0, BLANKS)
    let end = text.length
    while (end > start && BLANKS.indexOf(text[end - 1]) >= 0) end--
    return text.slice(start, end)
}
