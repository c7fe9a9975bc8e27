// What settings do with texts, the same on the board and in Node, which cannot load all of the
// platform.
export { replaceAll, splitText } from "../platform/split"

/** Position of the next `what`, or the length of the text. */
export function indexOrEnd(text: string, what: string, from: number): number {
    const at = text.indexOf(what, from)
    return at < 0 ? text.length : at
}

/** Position of the first character that is none of `chars`, or the length of the text. */
export function skipChars(text: string, at: number, chars: string): number {
    const { length } = text
    while (at < length && chars.indexOf(text[at]) >= 0) at++
    return at
}

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
    return Buffer.from(text).length
}
