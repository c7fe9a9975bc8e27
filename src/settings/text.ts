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

/** Calls `use` for each word of a text between single blanks; the VM's `split` takes some 60 steps a character. */
export function eachWord(text: string, use: (word: string) => void): void {
    let at = 0
    while (at <= text.length) {
        const blank = text.indexOf(" ", at)
        const end = blank < 0 ? text.length : blank
        if (end > at) use(text.slice(at, end))
        at = end + 1
    }
}

/** Whether a text consists of some characters only. */
export function isMadeOf(text: string, chars: string): boolean {
    for (let i = 0; i < text.length; i++)
        if (chars.indexOf(text[i]) < 0) return false
    return true
}

/** Bytes of a text in UTF-8. */
export function byteLength(text: string): number {
    return Buffer.from(text).length
}
