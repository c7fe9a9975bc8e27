import { indexOrEnd, replaceAll } from "./split"

/** The first character after the C0 control characters, DEL, and the first one after C1. */
const SPACE = 0x20
const DELETE = 0x7f
const C1_END = 0xa0
/** The first byte of a C1 control character in UTF-8, escaped; the second one is its code. */
const C1_BYTE = "#302"
/** Longest text that is checked by way of its JSON, in bytes; a longer one takes some 1,000 steps more. */
export const MAX_JSON_BYTES = 256
/** Characters that are escaped at a time. */
const PIECE = 256
/** How the VM's `JSON.stringify` begins control characters, except for DEL. */
const MARKS = "\\u000 \\u001 \\n \\r \\t \\u00c2\\u008 \\u00c2\\u009"

/**
 * Escapes control characters as rsyslog does in its files, each byte as `#` and three octal
 * digits: a line feed becomes `#012`. So no text can forge a line, end one early, or control
 * a terminal.
 *
 * Printable ASCII, as most texts are, takes some 25 steps.
 * @param most bytes of the result that are used: what is beyond may stay as it is
 */
export function escapeControls(text: string, most = Infinity): string {
    // JSON takes up to six bytes for one of the text, and the heap is small
    if (text.byteLength <= MAX_JSON_BYTES) {
        const json = JSON.stringify(text)
        // in quotes, and without any escape; JSON leaves DEL as it is
        if (json.length === text.length + 2 || !hasMark(json))
            if (text.indexOf("\x7f") < 0) return text
    }
    let found = ""
    for (let code = 0; code < C1_END; ++code) {
        if (code === SPACE) code = DELETE
        const character = String.fromCharCode(code)
        if (text.indexOf(character) >= 0) found += character
    }
    if (!found) return text
    // of a text full of them only the beginning is worth the steps and the heap
    let escaped = ""
    while (text && escaped.byteLength < most) {
        let piece = text.slice(0, PIECE)
        text = text.slice(PIECE)
        for (let i = 0; i < found.length; ++i) {
            const code = found.charCodeAt(i)
            const digits = octal(code)
            piece = replaceAll(
                piece,
                found[i],
                code > DELETE ? C1_BYTE + digits : digits
            )
        }
        escaped += piece
    }
    return escaped + text
}

/** Whether the JSON of a text shows a control character, or a backslash that looks like one. */
function hasMark(json: string): boolean {
    let at = 0
    while (at < MARKS.length) {
        const end = indexOrEnd(MARKS, " ", at)
        if (json.indexOf(MARKS.slice(at, end)) >= 0) return true
        at = end + 1
    }
    return false
}

/**
 * The order of two texts by the codes of their characters, for `sort`: on the VM `<` of two texts is
 * always false.
 * @returns below 0 when `a` comes first, above 0 when `b` does, 0 when they are the same
 */
export function compareTexts(a: string, b: string): number {
    const common = Math.min(a.length, b.length)
    for (let i = 0; i < common; ++i) {
        const difference = a.charCodeAt(i) - b.charCodeAt(i)
        if (difference !== 0) return difference
    }
    return a.length - b.length
}

function octal(byte: number): string {
    return `#${byte >> 6}${(byte >> 3) & 7}${byte & 7}`
}
