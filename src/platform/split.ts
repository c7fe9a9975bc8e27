// Pure functions on texts. Also loaded by Node.

/** Position of the first `what` at or after `from`, or the length of the text. */
export function indexOrEnd(text: string, what: string, from: number): number {
    const at = text.indexOf(what, from)
    return at < 0 ? text.length : at
}

/** Position of the first character at or after `at` that is not in `chars`, or the text's length. */
export function skipChars(text: string, at: number, chars: string): number {
    const { length } = text
    while (at < length && chars.indexOf(text[at]) >= 0) at++
    return at
}

/** White space of ECMAScript, without U+2028 and U+2029: the build tool warns of them in literals. */
const BLANKS =
    " \t\r\n\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\ufeff"

/** A text without the white space around it. */
export function trim(text: string): string {
    const start = skipChars(text, 0, BLANKS)
    let end = text.length
    while (end > start && BLANKS.indexOf(text[end - 1]) >= 0) end--
    return text.slice(start, end)
}

/** Splits a text at each separator. The VM's own `split` takes some 60 steps a character. */
export function splitText(text: string, separator: string): string[] {
    const parts: string[] = []
    let start = 0
    while (true) {
        const at = text.indexOf(separator, start)
        if (at < 0) break
        parts.push(text.slice(start, at))
        start = at + separator.length
    }
    parts.push(text.slice(start))
    return parts
}

/** Pieces of a text that are joined at a time, to bound the list: every character may be a match. */
const MAX_PIECES = 64

/**
 * Replaces every `from` by `to`. By the VM's own `split` this would take some 60 steps for each
 * character; it takes some 30 for each occurrence.
 */
export function replaceAll(text: string, from: string, to: string): string {
    let at = text.indexOf(from)
    if (at < 0) return text
    let parts: string[] = []
    let start = 0
    while (at >= 0) {
        parts.push(text.slice(start, at))
        if (parts.length >= MAX_PIECES) parts = [parts.join(to)]
        start = at + from.length
        at = text.indexOf(from, start)
    }
    parts.push(text.slice(start))
    return parts.join(to)
}
