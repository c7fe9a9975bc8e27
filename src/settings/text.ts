// What settings do with texts, the same on the board and in Node, which cannot load all of the
// platform.
export {
    indexOrEnd,
    replaceAll,
    skipChars,
    splitText,
    trim,
} from "../platform/split"

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
    return Buffer.from(text).length
}
