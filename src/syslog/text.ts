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
    text = text.slice(0, limit)
    if (!forbidden && isHeaderText(text)) return text
    const out: string[] = []
    for (let i = 0; i < text.length; ++i) {
        const code = text.charCodeAt(i)
        const isAllowed =
            code >= FIRST_PRINTABLE &&
            code <= LAST_PRINTABLE &&
            forbidden.indexOf(text[i]) < 0
        out.push(isAllowed ? text[i] : SUBSTITUTE)
    }
    return out.join("")
}

/** Whether text is printable US-ASCII; false also for some that is, with `"` or `\\`. */
function isHeaderText(text: string): boolean {
    return (
        // what is neither ASCII nor printable is escaped, but for DEL
        JSON.stringify(text).length === text.length + 2 &&
        text.indexOf(" ") < 0 &&
        text.indexOf("\x7f") < 0
    )
}
