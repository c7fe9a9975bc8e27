import { byteLength, replaceAll } from "./text"

// `${KEY}` and `${KEY:-default}` in the values of settings, as in a shell and in aioctl's dotenv.
// `\${` is a dollar sign and a brace. Nothing else is evaluated. Read by Node as well.

/** Most references that one value may lead through; more lead in a circle. */
export const MAX_REFERENCES = 16
/** Longest value with everything filled in, in bytes. */
export const MAX_EXPANDED = 200
/** Stands for an escaped `${` until all references are filled in. */
const ESCAPED = "\u0001"

/** What stands for the keys in a value. */
export interface Source {
    /** Text of a key as it is written; undefined or empty when nothing sets it. */
    text(key: string): string | undefined
    /** Whether the value of a key is never shown. */
    isSecret(key: string): boolean
}

/** A value with everything filled in. */
export interface Expanded {
    text: string
    /** It holds a secret. */
    secret: boolean
    /** Why it cannot be filled in; `text` is of no use then. */
    fault: string | undefined
}

/** Fills in the references of the value of `key`. */
export function expand(key: string, value: string, source: Source): Expanded {
    let text = escape(value)
    let secret = source.isSecret(key)
    let fault: string | undefined = undefined
    for (let count = 0; fault === undefined; count++) {
        // the last one has none within it
        const start = text.lastIndexOf("${")
        if (start < 0) break
        const end = text.indexOf("}", start)
        const inner = text.slice(start + 2, end < 0 ? text.length : end)
        const dash = inner.indexOf(":-")
        const name = dash < 0 ? inner : inner.slice(0, dash)
        const found = source.text(name)
        const isSet = found !== undefined && found !== ""
        if (end < 0) fault = "a ${ has no }"
        else if (count >= MAX_REFERENCES) fault = "its ${...} lead in a circle"
        else if (!isSet && dash < 0)
            // a password with a "${" in it is not repeated
            fault = secret
                ? "a ${...} of it is not set"
                : `\${${name.slice(0, 40)}} is not set`
        if (isSet && source.isSecret(name)) secret = true
        const filled = isSet ? escape(found as string) : inner.slice(dash + 2)
        text = text.slice(0, start) + filled + text.slice(end + 1)
        if (byteLength(text) > MAX_EXPANDED)
            fault = `it is longer than ${MAX_EXPANDED} bytes`
    }
    return { text: replaceAll(text, ESCAPED, "${"), secret, fault }
}

function escape(value: string): string {
    return replaceAll(value, "\\${", ESCAPED)
}
