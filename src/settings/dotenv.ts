/**
 * Longest dotenv text taken, in characters. More than the flash store keeps for settings, and
 * as one statement it still takes less than the 131,072 steps that the VM allows at a stretch.
 */
export const MAX_DOTENV_LENGTH = 1500

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
    private readonly text: string
    private at: number
    private line = 1
    private counted = 0
    private spaceFrom = 1
    private spaceEnd = 0

    /** @throws RangeError when the text is longer than `MAX_DOTENV_LENGTH` */
    constructor(source: string) {
        if (source.length > MAX_DOTENV_LENGTH)
            throw new RangeError(
                `dotenv text of ${source.length} characters, at most ${MAX_DOTENV_LENGTH} are taken`
            )
        const text = replaceAll(replaceAll(source, "\r\n", "\n"), "\r", "\n")
        this.text = text
        this.at = this.skipSpace(0)
    }

    /** Whether all of the text is read. */
    done(): boolean {
        return this.at >= this.text.length
    }

    /** Reads the next statement; returns undefined when it is no assignment. */
    next(): DotenvEntry | undefined {
        const { text } = this
        const start = this.at
        let keyAt = this.afterExport(start)
        let keyEnd = skipKey(text, keyAt)
        if (keyEnd === keyAt && keyAt !== start) {
            // `export = x` assigns to the key "export"
            keyAt = start
            keyEnd = skipKey(text, start)
        }
        const valueAt = keyEnd > keyAt ? this.afterSeparator(keyEnd) : -1
        this.line += newlines(text, this.counted, start)
        this.counted = start
        const line = this.line
        if (valueAt < 0) {
            this.at = this.skipSpace(lineEnd(text, start))
            return undefined
        }
        const key = text.slice(keyAt, keyEnd)
        return { key, value: this.value(valueAt), line }
    }

    private value(valueAt: number): string {
        const { text } = this
        const open = this.skipSpace(valueAt)
        const close = isQuote(text[open]) ? this.closingQuote(open) : -1
        if (close >= 0) {
            this.at = this.skipSpace(close + 1)
            const inner = text.slice(open + 1, close)
            return text[open] === `"` ? unescapeBreaks(inner) : inner
        }
        const end = plainEnd(text, valueAt)
        const plain = trim(text, Math.min(open, end), end)
        this.at = this.skipSpace(end)
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
     */
    private closingQuote(open: number): number {
        const { text } = this
        let close = -1
        let at = text.indexOf(text[open], open + 1)
        while (at >= 0) {
            if (this.endsValue(at + 1)) close = at
            if (text[at - 1] !== "\\") break
            at = text.indexOf(text[open], at + 1)
        }
        return close
    }

    /** Whether only blanks and a comment follow on the line. */
    private endsValue(at: number): boolean {
        const { text } = this
        const next = this.skipSpace(at)
        if (next >= text.length || text[next] === "#") return true
        return next > at && lineEnd(text, at) < next
    }

    /** End of the white space at `at`. A run is walked through once, however often it is asked. */
    private skipSpace(at: number): number {
        if (at >= this.spaceFrom && at <= this.spaceEnd) return this.spaceEnd
        const { text } = this
        this.spaceFrom = at
        while (at < text.length && SPACES.indexOf(text[at]) >= 0) at++
        this.spaceEnd = at
        return at
    }
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
    let tried = "" // one search a quote: what the farthest leaves, no later one can find
    let from = 0
    const parts: string[] = []
    let at = 0
    while (at < plain.length) {
        const quote = plain[at]
        if (isQuote(quote) && tried.indexOf(quote) < 0) {
            tried += quote
            const close = lastAtLineEnd(plain, at)
            if (close > at) {
                parts.push(plain.slice(from, at), plain.slice(at + 1, close))
                from = close + 1
                at = close
            }
        }
        at = lineEnd(plain, at) + 1
    }
    return parts.join("") + plain.slice(from)
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

/** The platform's own again: tests read this file in Node, too, where that cannot be loaded. */
function replaceAll(text: string, what: string, by: string): string {
    let at = text.indexOf(what)
    if (at < 0) return text
    const parts: string[] = []
    let from = 0
    while (at >= 0) {
        parts.push(text.slice(from, at))
        from = at + what.length
        at = text.indexOf(what, from)
    }
    parts.push(text.slice(from))
    return parts.join(by)
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

function skipKey(text: string, at: number): number {
    while (at < text.length && KEY_CHARS.indexOf(text[at]) >= 0) at++
    return at
}

/** The part from `start` to `end` without white space behind. */
function trim(text: string, start: number, end: number): string {
    while (end > start && SPACES.indexOf(text[end - 1]) >= 0) end--
    return text.slice(start, end)
}

function isQuote(char: string): boolean {
    return char === `'` || char === `"` || char === "`"
}
