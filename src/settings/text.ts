// Functions on texts for the settings, on the board and in Node, which cannot load all of `platform`.
export {
    indexOrEnd,
    replaceAll,
    skipChars,
    splitText,
    trim,
} from "../platform/split"

/** Length of a text in UTF-8, in bytes. */
export function byteLength(text: string): number {
    return Buffer.from(text).length
}
