import { replaceAll } from "./text"

/**
 * Longest dotenv text taken, in characters. More than the flash store keeps for settings, and
 * as one statement it still takes less than the 131,072 steps that the VM allows at a stretch.
 */
export const MAX_DOTENV_LENGTH = 4096
/** Most lines that a reader remembers as skipped. */
const MAX_SKIPPED = 16

/** Quotes that one call of `next` tries as the end of a value. */
const MAX_TRIES = 300
/** The search for the end of a value goes on in the next call. */
const UNFINISHED = -2
const CR = 13
const LF = 10

/** The line ends U+2028 and U+2029; as literals the build tool would warn of them at each build. */
const LINE_SEPARATOR = String.fromCharCode(0x2028)
const PARAGRAPH_SEPARATOR = String.fromCharCode(0x2029)
/** White space and line ends as ECMAScript's `\s` has them. */
const SPACES =
    " \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\ufeff" +
    LINE_SEPARATOR +
    PARAGRAPH_SEPARATOR
const KEY_CHARS =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

/** One assignment of a dotenv text. */
export interface DotenvEntry {
    key: string
    value: string
    /** Line of the key; the first line of a text is 1. */
    line: number
    /** Where the statement starts, `export` included, in the text with line feeds as line ends. */
    start: number
    /** Where its value starts, quotes included. */
    valueStart: number
    /** Where its value ends, quotes included; a comment may follow on the line. */
    valueEnd: number
}

/**
 * Reads a dotenv text the way npm `dotenv` 18 does (`parse`, without `fast`): comments, blank
 * lines, `export`, `KEY=value` and `KEY: value`, three kinds of quotes, `\n` and `\r` inside
 * double quotes, quoted values of several lines. What is no assignment is skipped.
 * Values are text and are never evaluated. Takes time linear in the length of the text.
 *
 * It reads one statement a call (some 500 VM steps for a usual one), so that the caller can let
 * other fibers run in between; of a key given twice the later one counts.
 * @devsWhenUsed
 */
export class DotenvReader {
    /** The first `MAX_SKIPPED` lines read that are no blank, no comment and no assignment. */
    readonly skipped: number[] = []
    /** The text with line feeds as line ends. */
    readonly text: string
    private at = 0
    private line = 1
    private counted = 0
    private spaceFrom = 1
    private spaceEnd = 0
    private valueStart = 0
    private valueEnd = 0
    /** Where an unfinished search for the end of a value goes on; -1 when there is none. */
    private resumeAt = -1

    /** @throws RangeError when the text is longer than `MAX_DOTENV_LENGTH` */
    constructor(source: string) {
        if (source.length > MAX_DOTENV_LENGTH)
            throw new RangeError(
                `dotenv text of ${source.length} characters, at most ${MAX_DOTENV_LENGTH} are taken`
            )
        const text = crToLf(replaceAll(source, "\r\n", "\n"))
        this.text = text
    }

    /** Whether all of the text is read. */
    done(): boolean {
        return this.at >= this.text.length
    }

    /** Reads the next statement, or white space; returns undefined when it is no assignment. */
    next(): DotenvEntry | undefined {
        const { text } = this
        const start = this.skipSpace(this.at)
        if (start > this.at) {
            this.at = start
            return undefined
        }
        let keyAt = this.afterExport(start)
        let keyEnd = skipChars(text, keyAt, KEY_CHARS)
        if (keyEnd === keyAt && keyAt !== start) {
            // `export = x` assigns to the key "export"
            keyAt = start
            keyEnd = skipChars(text, start, KEY_CHARS)
        }
        const valueAt = keyEnd > keyAt ? this.afterSeparator(keyEnd) : -1
        this.line += newlines(text, this.counted, start)
        this.counted = start
        const line = this.line
        if (valueAt < 0) {
            this.at = lineEnd(text, start)
            if (text[start] !== "#" && this.skipped.length < MAX_SKIPPED)
                this.skipped.push(line)
            return undefined
        }
        const key = text.slice(keyAt, keyEnd)
        const value = this.value(valueAt)
        if (value === undefined) return undefined
        const { valueStart, valueEnd } = this
        return { key, value, line, start, valueStart, valueEnd }
    }

    /** Reads a value; undefined when that is not finished. */
    private value(valueAt: number): string | undefined {
        const { text } = this
        const open = this.skipSpace(valueAt)
        const close = isQuote(text[open]) ? this.closingQuote(open) : -1
        if (close === UNFINISHED) return undefined
        if (close >= 0) {
            this.valueStart = open
            this.valueEnd = close + 1
            this.at = close + 1
            const inner = text.slice(open + 1, close)
            return text[open] === `"` ? unescapeBreaks(inner) : inner
        }
        const end = plainEnd(text, valueAt)
        this.valueStart = Math.min(open, end)
        const plain = trim(text, this.valueStart, end)
        this.valueEnd = this.valueStart + plain.length
        this.at = end
        const value = stripQuotes(plain)
        return plain[0] === `"` ? unescapeBreaks(value) : value
    }

    /** Position after `export` and the white space behind it, or `at` when there is none. */
    private afterExport(at: number): number {
        if (this.text.slice(at, at + 6) !== "export") return at
        const end = this.skipSpace(at + 6)
        return end > at + 6 ? end : at
    }

    /** Position after `=`, or after `: ` right behind the key; -1 when there is neither. */
    private afterSeparator(keyEnd: number): number {
        const { text } = this
        const at = this.skipSpace(keyEnd)
        if (text[at] === "=") return at + 1
        if (text[keyEnd] !== ":") return -1
        return this.skipSpace(keyEnd + 1) > keyEnd + 1 ? keyEnd + 2 : -1
    }

    /**
     * The quote that ends a quoted value: the first one without a backslash before it. When more
     * than blanks and a comment follow it on its line, or there is none, the last one with a
     * backslash that has no more behind it. -1 when there is none: then the value is a plain one.
     * `UNFINISHED` after many tries: then `next` is to be called again.
     */
    private closingQuote(open: number): number {
        const { text } = this
        const quote = text[open]
        let close = this.resumeAt
        this.resumeAt = -1
        if (close < 0) close = firstClosing(text, open)
        let tries = 0
        while (close > open && !endsValue(text, close + 1)) {
            close = text.lastIndexOf(quote, close - 1)
            if (++tries < MAX_TRIES) continue
            this.resumeAt = close
            return UNFINISHED
        }
        return close > open ? close : -1
    }

    /** End of the white space at `at`. A run is walked through once, however often it is asked. */
    private skipSpace(at: number): number {
        if (at >= this.spaceFrom && at <= this.spaceEnd) return this.spaceEnd
        const { text } = this
        this.spaceFrom = at
        this.spaceEnd = skipChars(text, at, SPACES)
        return this.spaceEnd
    }
}

/** The first quote without a backslash before it, else the last quote. */
function firstClosing(text: string, open: number): number {
    const quote = text[open]
    let close = text.indexOf(quote, open + 1)
    while (close >= 0 && text[close - 1] === "\\")
        close = text.indexOf(quote, close + 1)
    return close < 0 ? text.lastIndexOf(quote) : close
}

/** Whether only blanks and a comment follow on the line. */
function endsValue(text: string, at: number): boolean {
    const next = skipChars(text, at, SPACES)
    if (next >= text.length || text[next] === "#") return true
    return next > at && lineEnd(text, at) < next
}

/** Position of the first character that is none of `chars`, or the length of the text. */
function skipChars(text: string, at: number, chars: string): number {
    const { length } = text
    while (at < length && chars.indexOf(text[at]) >= 0) at++
    return at
}

/** End of a value without quotes: the next `#` or line feed. */
function plainEnd(text: string, at: number): number {
    let end = text.indexOf("\n", at)
    if (end < 0) end = text.length
    const hash = text.slice(at, end).indexOf("#")
    return hash < 0 ? end : at + hash
}

/**
 * Takes away a pair of quotes around a plain value, as in `'it's'`. A value may hold the line
 * ends U+2028 and U+2029; the quotes then enclose whole lines, as many as they can.
 */
function stripQuotes(plain: string): string {
    const last = plain.length - 1
    if (isQuote(plain[0]) && last > 0 && plain[last] === plain[0])
        return plain.slice(1, last)
    // one search a kind of quote: what the farthest leaves, no later one can find
    let untried = "'\"`"
    let from = 0
    const parts: string[] = []
    let at = isQuote(plain[0]) ? 0 : quoteAtLineStart(plain, 0, untried)
    while (at >= 0) {
        const quote = plain[at]
        untried = replaceAll(untried, quote, "")
        const close = lastAtLineEnd(plain, at)
        if (close > at) {
            parts.push(plain.slice(from, at), plain.slice(at + 1, close))
            from = close + 1
            at = close
        }
        at = quoteAtLineStart(plain, at, untried)
    }
    return parts.join("") + plain.slice(from)
}

/** The next of some quotes that starts a line of a plain value; -1 when there is none. */
function quoteAtLineStart(plain: string, from: number, quotes: string): number {
    let first = -1
    for (let i = 0; i < quotes.length; i++)
        for (const separator of [LINE_SEPARATOR, PARAGRAPH_SEPARATOR]) {
            const at = plain.indexOf(separator + quotes[i], from)
            if (at >= 0 && (first < 0 || at + 1 < first)) first = at + 1
        }
    return first
}

/** The last quote like the one at `open` that ends a line. */
function lastAtLineEnd(plain: string, open: number): number {
    const quote = plain[open]
    const last = plain.length - 1
    return Math.max(
        Math.max(open, plain[last] === quote ? last : -1),
        Math.max(
            plain.lastIndexOf(quote + LINE_SEPARATOR),
            plain.lastIndexOf(quote + PARAGRAPH_SEPARATOR)
        )
    )
}

function unescapeBreaks(text: string): string {
    return replaceAll(replaceAll(text, "\\n", "\n"), "\\r", "\r")
}

/** Carriage returns as line feeds, in as few steps as a text of nothing else allows. */
function crToLf(text: string): string {
    if (text.indexOf("\r") < 0) return text
    const bytes = Buffer.from(text)
    let at = bytes.indexOf(CR)
    while (at >= 0) {
        bytes[at] = LF
        at = bytes.indexOf(CR, at + 1)
    }
    return bytes.toString()
}

function newlines(text: string, from: number, end: number): number {
    let count = 0
    let at = text.indexOf("\n", from)
    while (at >= 0 && at < end) {
        count++
        at = text.indexOf("\n", at + 1)
    }
    return count
}

/** Position of the next line end, U+2028 and U+2029 included, or the length of the text. */
function lineEnd(text: string, at: number): number {
    let end = text.indexOf("\n", at)
    if (end < 0) end = text.length
    const line = text.slice(at, end)
    const separator = line.indexOf(LINE_SEPARATOR)
    const paragraph = line.indexOf(PARAGRAPH_SEPARATOR)
    if (separator >= 0 && (paragraph < 0 || separator < paragraph))
        return at + separator
    return paragraph < 0 ? end : at + paragraph
}

/** The part from `start` to `end` without white space behind. */
function trim(text: string, start: number, end: number): string {
    while (end > start && SPACES.indexOf(text[end - 1]) >= 0) end--
    return text.slice(start, end)
}

function isQuote(char: string): boolean {
    return char === `'` || char === `"` || char === "`"
}
