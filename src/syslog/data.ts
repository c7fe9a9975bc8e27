import { escapeControls, replaceAll } from "../platform"
import { firstBytes, headerField } from "./text"

/** Most parameters of one element; more are left out. */
export const MAX_PARAMS = 16
/** Longest SD-NAME, RFC 5424, section 6.3.2. */
const MAX_NAME = 32
/** Longest parameter value, bytes. */
const MAX_VALUE_BYTES = 255
/** Printable characters that an SD-NAME must not hold. */
const NOT_IN_NAMES = '="]'

/** Escapes a PARAM-VALUE: `\`, `"` and `]` get a `\` in front. RFC 5424, section 6.3.3. */
export function escapeValue(text: string): string {
    const slashes = replaceAll(text, "\\", "\\\\")
    return replaceAll(replaceAll(slashes, '"', '\\"'), "]", "\\]")
}

/**
 * One SD-ELEMENT of RFC 5424, section 6.3. Names are made valid, values escaped and cut;
 * parameters that do not fit are left out, and nothing is left of an element without any.
 * @param id the SD-ID, already valid
 * @param maxBytes most bytes of the element
 */
export function structuredElement(
    id: string,
    params: Record<string, any>,
    maxBytes: number
): string {
    const out = ["[" + id]
    let size = id.byteLength + 2
    for (const key of Object.keys(params)) {
        if (out.length > MAX_PARAMS) break
        const name = headerField(key, MAX_NAME, NOT_IN_NAMES)
        const cut = firstBytes(valueText(params[key]), MAX_VALUE_BYTES)
        const param = ` ${name}="${escapeValue(cut)}"`
        if (size + param.byteLength > maxBytes) continue
        size += param.byteLength
        out.push(param)
    }
    if (out.length === 1) return ""
    out.push("]")
    return out.join("")
}

/** A value as text, without control characters. */
function valueText(value: unknown): string {
    if (typeof value !== "object" || value === null)
        return escapeControls("" + value)
    try {
        return escapeControls(JSON.stringify(value))
    } catch (e: any) {
        return "[object]" // a cycle
    }
}
