/** Printable US-ASCII of RFC 5424, section 6: `PRINTUSASCII = %d33-126`. */
const FIRST_PRINTABLE = 33
const LAST_PRINTABLE = 126
/** Replaces each character that a header field must not hold. */
const SUBSTITUTE = "_"
/** NILVALUE of RFC 5424, section 6. */
export const NIL = "-"

/**
 * Makes a header field: characters outside printable US-ASCII become `_`, a text that is too long
 * is cut, and an empty one becomes the NILVALUE. Slow (some steps for each character) unless the
 * text is valid already and nothing is forbidden.
 * @param limit most characters
 * @param forbidden printable characters that are not allowed in this field
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
        const character = text[i]
        const code = text.charCodeAt(i)
        const isAllowed =
            code >= FIRST_PRINTABLE &&
            code <= LAST_PRINTABLE &&
            forbidden.indexOf(character) < 0
        out.push(isAllowed ? character : SUBSTITUTE)
    }
    return out.join("")
}

/** Whether a text is printable US-ASCII; false also for a valid text with `"` or `\`. */
function isHeaderText(text: string): boolean {
    return (
        // JSON escapes what is not printable US-ASCII, except for DEL
        JSON.stringify(text).length === text.length + 2 &&
        text.indexOf(" ") < 0 &&
        text.indexOf("\x7f") < 0
    )
}
