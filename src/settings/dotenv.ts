import { indexOrEnd, replaceAll, skipChars } from "./text"

// Reads dotenv texts as npm `dotenv` 18 does (`parse`, without `fast`): comments, blank lines,
// `export`, `KEY=value` and `KEY: value`, three kinds of quotes, `\n` and `\r` inside double quotes,
// quoted values of several lines. Values are text and are never evaluated. One call reads one
// statement (some 400 VM steps for a usual one), so that the caller can let other fibers run in
// between. Also read by Node.

/**
 * Longest dotenv text, in characters: more than the flash store keeps of settings. Even a text that
 * is one single statement takes less than the 131,072 steps that the VM allows without a wait.
 */
export const MAX_DOTENV_LENGTH = 4096

const CR = 13
const LF = 10
/** The line ends U+2028 and U+2029, not as literals, of which the build tool warns at each build. */
const LINE_SEPARATOR = String.fromCharCode(0x2028)
const PARAGRAPH_SEPARATOR = String.fromCharCode(0x2029)
/** White space of ECMAScript's `\s` without line ends: a CR that is left has an LF behind it. */
const BLANKS =
    " \t\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\ufeff"
/** What may enclose a value. */
export const QUOTES = "'\"`"
const KEY_CHARS =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

/** An assignment of a dotenv text, or a line that is not one. Positions are those in the source. */
export interface DotenvEntry {
    /** Empty for a line that is neither blank nor a comment nor an assignment. */
    key: string
    /** If a key is given twice, the later value counts. */
    value: string
    /** Line where the statement starts; the first line of a text is 1. */
    line: number
    /** Where the statement starts, `export` included. */
    start: number
    /** Where its value starts, quotes included. */
    valueStart: number
    /** Where its value ends, quotes included; a comment may follow on the line. */
    valueEnd: number
}

/** How far a text has been read. */
export interface DotenvScan {
    /** The source, with line feeds in place of single carriage returns. */
    readonly text: string
    /** White space and line ends. */
    readonly spaces: string
    /** Where the next statement starts; the length of the text when all is read. */
    at: number
}

function lineEnds(): string {
    return "\n" + LINE_SEPARATOR + PARAGRAPH_SEPARATOR
}

/** Begins to read a text. @throws RangeError when it is longer than `MAX_DOTENV_LENGTH` */
export function scanDotenv(source: string): DotenvScan {
    let text = source
    if (text.length > MAX_DOTENV_LENGTH)
        throw new RangeError(
            `dotenv text of ${text.length} characters, at most ${MAX_DOTENV_LENGTH} are taken`
        )
    // a text without needs no copy
    if (text.indexOf("\r") >= 0) {
        const bytes = Buffer.from(source)
        // in place: a text may be nothing but carriage returns
        let at = -1
        for (;;) {
            at = bytes.indexOf(CR, at + 1)
            if (at < 0) break
            if (bytes[at + 1] !== LF) bytes[at] = LF
        }
        text = bytes.toString()
    }
    // made for each text, as it would take heap all the time
    const spaces = BLANKS + lineEnds()
    return { text, spaces, at: 0 }
}

/** Reads the next statement, comment or white space; undefined for a comment or white space. */
export function nextEntry(scan: DotenvScan): DotenvEntry | undefined {
    const { text, spaces } = scan
    const start = skipChars(text, scan.at, spaces)
    if (start > scan.at) {
        scan.at = start
        return undefined
    }
    let keyStart = start
    let keyEnd = skipChars(text, start, KEY_CHARS)
    let gapEnd = skipChars(text, keyEnd, spaces)
    // `export = x` assigns to the key "export"
    if (gapEnd > keyEnd && text.slice(start, keyEnd) === "export") {
        const end = skipChars(text, gapEnd, KEY_CHARS)
        if (end > gapEnd) {
            keyStart = gapEnd
            keyEnd = end
            gapEnd = skipChars(text, end, spaces)
        }
    }
    let valueAt = -1
    if (text[gapEnd] === "=") valueAt = gapEnd + 1
    // a colon follows right after the key
    else if (text[keyEnd] === ":" && spaces.indexOf(text[keyEnd + 1]) >= 0)
        valueAt = keyEnd + (text[keyEnd + 1] === "\r" ? 3 : 2)
    const entry: DotenvEntry = {
        key: "",
        value: "",
        line: lineAt(text, start),
        start,
        valueStart: start,
        valueEnd: start,
    }
    if (valueAt > 0 && keyEnd > keyStart) {
        entry.key = text.slice(keyStart, keyEnd)
        readValue(scan, entry, valueAt)
        return entry
    }
    scan.at = Math.min(indexOrEnd(text, "\n", start), separatorAt(text, start))
    return text[start] === "#" ? undefined : entry
}

/** Reads the value of an entry. */
function readValue(
    scan: DotenvScan,
    entry: DotenvEntry,
    valueAt: number
): void {
    const { text, spaces } = scan
    let start = skipChars(text, valueAt, spaces)
    let end = 0
    if (QUOTES.indexOf(text[start]) >= 0) end = closingQuote(text, start) + 1
    if (end === 0) {
        end = Math.min(
            indexOrEnd(text, "\n", valueAt),
            indexOrEnd(text, "#", valueAt)
        )
    }
    scan.at = end
    // an empty value stands right behind the sign, and not behind the carriage return of its line
    if (start >= end) start = end = valueAt
    while (end > start && spaces.indexOf(text[end - 1]) >= 0) end--
    entry.valueStart = start
    entry.valueEnd = end
    const inner = stripQuotes(text.slice(start, end))
    const value = replaceAll(inner, "\r\n", "\n")
    entry.value =
        text[start] === `"`
            ? replaceAll(replaceAll(value, "\\n", "\n"), "\\r", "\r")
            : value
}

/**
 * Position of the quote that ends a quoted value; -1 when the value is not quoted. It is the first
 * quote without a backslash before it, if only blanks and a comment follow on its line. Else it is
 * the last quote before that one, or of the text, for which this is true.
 */
function closingQuote(text: string, open: number): number {
    const quote = text[open]
    // what may follow the quote and blanks
    const ends = "#" + lineEnds()
    let close = -1
    let at = open
    for (;;) {
        at = text.indexOf(quote, at + 1)
        if (at < 0) return close
        // no function call, as a text may be nothing but quotes
        let end = at + 1
        while (BLANKS.indexOf(text[end]) >= 0) end++
        if (end >= text.length || ends.indexOf(text[end]) >= 0) close = at
        if (text[at - 1] !== "\\") return close
    }
}

/**
 * Removes the quotes around a value, also around `'it's'`. A value without quotes may hold the line
 * ends U+2028 and U+2029; quotes inside then enclose whole lines, as many as possible.
 */
function stripQuotes(value: string): string {
    const lines = value + LINE_SEPARATOR
    const parts: string[] = []
    let from = 0
    let at = 0
    while (at < value.length) {
        const quote = value[at]
        let close = -1
        if (QUOTES.indexOf(quote) >= 0)
            close = Math.max(
                lines.lastIndexOf(quote + LINE_SEPARATOR),
                lines.lastIndexOf(quote + PARAGRAPH_SEPARATOR)
            )
        if (close > at) {
            parts.push(value.slice(from, at), value.slice(at + 1, close))
            from = close + 1
            at = close
        }
        at = separatorAt(value, at) + 1
    }
    parts.push(value.slice(from))
    return parts.join("")
}

/** Position of the next U+2028 or U+2029, or the length of the text. */
function separatorAt(text: string, from: number): number {
    return Math.min(
        indexOrEnd(text, LINE_SEPARATOR, from),
        indexOrEnd(text, PARAGRAPH_SEPARATOR, from)
    )
}

/** Number of the line that holds a position. */
function lineAt(text: string, position: number): number {
    let at = -1
    for (let line = 1; ; line++) {
        at = indexOrEnd(text, "\n", at + 1)
        if (at >= position) return line
    }
}
