/** An assignment in a dotenv text. */
export interface EnvAssignment {
    key: string
    /** Line it starts at, from 1. */
    line: number
    /** An unquoted value that ends at a "#" with no space before it: perhaps not meant so. */
    cutAtHash: boolean
}

/** A line that cannot be used. */
export interface EnvProblem {
    line: number
    reason: string
}

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([^\s=:#'"`]+)(?:[ \t]*=|:[ \t]+)/
const QUOTES = "\"'`"
const TRAILER = /^[ \t]*(?:#.*)?$/

/**
 * Walks a dotenv text as the npm package `dotenv` reads it, but reports the lines that it would
 * skip silently. The values themselves are left to `dotenv`. Each character is looked at a
 * fixed number of times, however many values are quoted.
 */
export function scanEnv(source: string): {
    assignments: EnvAssignment[]
    problems: EnvProblem[]
} {
    const text = source.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n")
    const assignments: EnvAssignment[] = []
    const problems: EnvProblem[] = []
    const open = new Set<string>()
    let line = 1
    for (let at = 0; at <= text.length;) {
        const end = lineEnd(text, at)
        const content = text.slice(at, end)
        const match = ASSIGNMENT.exec(content)
        let next = end + 1
        if (match && !TRAILER.test(content)) {
            const value = readValue(text, at + match[0].length, end, open)
            if (value.reason) problems.push({ line, reason: value.reason })
            else {
                const { cutAtHash } = value
                assignments.push({ key: match[1], line, cutAtHash })
            }
            next = value.end + 1
        } else if (!TRAILER.test(content))
            problems.push({ line, reason: "is no assignment (KEY=VALUE)" })
        line += 1 + countLineEnds(text, end, next - 1)
        at = next
    }
    return { assignments, problems }
}

interface Value {
    /** Where the line ends that the value ends in. */
    end: number
    cutAtHash: boolean
    reason?: string
}

/**
 * Reads the value that starts at `start` of `text`, in a line that ends at `end`. `open` keeps the
 * quotes that never close any more, so that the rest is not searched again for each line.
 */
function readValue(
    text: string,
    start: number,
    end: number,
    open: Set<string>
): Value {
    const raw = text.slice(start, end)
    const first = raw.search(/\S/)
    const quote = raw[first]
    if (first < 0 || !QUOTES.includes(quote))
        return { end, cutAtHash: isCutAtHash(raw) }
    const close = open.has(quote)
        ? -1
        : closingQuote(text, start + first, quote)
    if (close < 0) open.add(quote)
    else {
        const last = lineEnd(text, close)
        if (TRAILER.test(text.slice(close + 1, last)))
            return { end: last, cutAtHash: false }
    }
    const reason = oddQuoting(raw.slice(first), quote, close >= 0)
    return { end, cutAtHash: false, reason }
}

/** Whether an unquoted value ends at a "#" that may be part of it: no space before it. */
function isCutAtHash(raw: string): boolean {
    const hash = raw.indexOf("#")
    if (hash < 0) return false
    // at the start a colour or a channel is meant, unless a space makes it a comment
    if (hash === 0) return /^#[^\s#]/.test(raw)
    return /\S/.test(raw[hash - 1])
}

/** Where the quoted text that opens at `open` closes; -1 when it never does. */
function closingQuote(text: string, open: number, quote: string): number {
    for (let i = open + 1; i < text.length; ++i) {
        if (text[i] === "\\" && text[i + 1] === quote) ++i
        else if (text[i] === quote) return i
    }
    return -1
}

function lineEnd(text: string, from: number): number {
    const end = text.indexOf("\n", from)
    return end < 0 ? text.length : end
}

function countLineEnds(text: string, from: number, to: number): number {
    let count = 0
    for (let i = text.indexOf("\n", from); i >= 0 && i < to; ++count)
        i = text.indexOf("\n", i + 1)
    return count
}

/** What is wrong with a quoted value that does not end its line; `'don't'` is still taken. */
function oddQuoting(
    text: string,
    quote: string,
    isClosed: boolean
): string | undefined {
    const [value] = text.split("#", 1)
    if (value.trimEnd().length > 1 && value.trimEnd().endsWith(quote))
        return undefined
    return isClosed
        ? `has text after the closing ${quote}`
        : `has an opening ${quote} without a closing one`
}
