// What settings do with texts, the same on the board and in Node: the platform's own cannot be
// loaded there.

/** Most pieces of a text before they are put together: a text may be nothing but what is replaced. */
const MAX_PIECES = 64

/** Replaces every `what` by `by`. */
export function replaceAll(text: string, what: string, by: string): string {
    let at = text.indexOf(what)
    if (at < 0) return text
    let parts: string[] = []
    let from = 0
    while (at >= 0) {
        parts.push(text.slice(from, at))
        if (parts.length >= MAX_PIECES) parts = [parts.join(by)]
        from = at + what.length
        at = text.indexOf(what, from)
    }
    parts.push(text.slice(from))
    return parts.join(by)
}

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

/** The words of a text between single blanks; the VM's `split` takes some 60 steps a character. */
export function splitWords(text: string): string[] {
    const words: string[] = []
    let at = 0
    while (at < text.length) {
        const end = indexOrEnd(text, " ", at)
        words.push(text.slice(at, end))
        at = end + 1
    }
    return words
}

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
    return Buffer.from(text).length
}
