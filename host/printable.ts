/** What a terminal would take as a command: C0, DEL, C1, and the marks that turn text around. */
const CONTROL =
    /[\x00-\x1f\x7f-\x9f\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const NAMED: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }
const ESCAPE_DIGITS = 2
const UNIT_DIGITS = 4
const LAST_BYTE = 0xff

/**
 * `text` on one line and without power over a terminal: control characters as `\n`, `\x1b`,
 * `\u202e`. All that a board, a setting or a file says goes through it before it is printed.
 */
export function printable(text: string): string {
    return text.replace(CONTROL, escape)
}

/** Like `printable`, for text of several lines, as a compiler's messages are. */
export function printableLines(text: string): string {
    return text
        .split(/\r?\n/)
        .map(line => line.split("\t").map(printable).join("\t"))
        .join("\n")
}

/** JSON that is safe on a terminal, too: `JSON.stringify` leaves DEL and C1 as they are. */
export function printableJson(value: unknown): string {
    return JSON.stringify(value).replace(
        CONTROL,
        char => "\\u" + code(char).toString(16).padStart(UNIT_DIGITS, "0")
    )
}

function escape(char: string): string {
    const known = NAMED[char]
    if (known) return known
    const hex = code(char).toString(16)
    return code(char) > LAST_BYTE
        ? `\\u${hex.padStart(UNIT_DIGITS, "0")}`
        : `\\x${hex.padStart(ESCAPE_DIGITS, "0")}`
}

function code(char: string): number {
    return char.charCodeAt(0)
}
