/** Printable US-ASCII of RFC 5424, section 6: `PRINTUSASCII = %d33-126`. */
const FIRST_PRINTABLE = 33
const LAST_PRINTABLE = 126
/** Stands for each character that a header field must not hold. */
const SUBSTITUTE = "_"
/** NILVALUE of RFC 5424, section 6. */
export const NIL = "-"

/**
 * Makes a header field: characters outside of printable US-ASCII become `_`, what is too long
 * is cut, and nothing becomes the NILVALUE. Slow (some steps for each character) unless the
 * text is valid already.
 * @param limit most characters
 * @param forbidden characters that are not allowed here although they are printable
 */
export function headerField(
    text: string | undefined,
    limit: number,
    forbidden = ""
): string {
    if (!text) return NIL
    if (!forbidden && text.length <= limit && isHeaderText(text)) return text
    const count = Math.min(text.length, limit)
    const out: string[] = []
    for (let i = 0; i < count; ++i) {
        const code = text.charCodeAt(i)
        const ok =
            code >= FIRST_PRINTABLE &&
            code <= LAST_PRINTABLE &&
            forbidden.indexOf(text[i]) < 0
        out.push(ok ? text[i] : SUBSTITUTE)
    }
    return out.join("")
}

/** Whether text is printable US-ASCII; false also for some that is, with `"` or `\\`. */
function isHeaderText(text: string): boolean {
    return (
        text.byteLength === text.length &&
        // control characters would be escaped, and the text become longer
        JSON.stringify(text).length === text.length + 2 &&
        text.indexOf(" ") < 0 &&
        text.indexOf("\x7f") < 0
    )
}

/**
 * Cuts text that is longer than `limit` bytes of UTF-8 at a character and says so.
 * @returns text of at most `limit` bytes (at least the mark, `[+N bytes]`)
 */
export function cutBytes(text: string, limit: number): string {
    const size = text.byteLength
    if (size <= limit) return text
    // the mark names what is missing, so its own length is settled with the largest number
    const kept = firstBytes(text, limit - `[+${size} bytes]`.length)
    return kept + `[+${size - kept.byteLength} bytes]`
}

/** The characters that fit into `limit` bytes of UTF-8. */
export function firstBytes(text: string, limit: number): string {
    if (text.byteLength <= limit) return text
    let end = Math.max(0, limit)
    const bytes = Buffer.from(text.slice(0, end + 1))
    // a continuation byte, 10xxxxxx, belongs to the character before it
    while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--
    return bytes.slice(0, end).toString()
}
