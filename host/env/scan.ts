/** An assignment in a dotenv text. */
export interface EnvAssignment {
    key: string
    /** Line it starts at, from 1. */
    line: number
    /** An unquoted value that ends at a "#" with no space before it: perhaps not meant so. */
    cutAtHash: boolean
}

/** A line that cannot be taken. */
export interface EnvProblem {
    line: number
    reason: string
}

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([^\s=:#'"`]+)(?:[ \t]*=|:[ \t]+)/
const TRAILER = /^[ \t]*(?:#.*)?$/

/**
 * Walks a dotenv text as the npm package `dotenv` reads it, but says which lines it would pass
 * over in silence. The values themselves are left to `dotenv`.
 */
export function scanEnv(text: string): {
    assignments: EnvAssignment[]
    problems: EnvProblem[]
} {
    const lines = text
        .replace(/^\uFEFF/, "")
        .replace(/\r\n?/g, "\n")
        .split("\n")
    const assignments: EnvAssignment[] = []
    const problems: EnvProblem[] = []
    for (let at = 0; at < lines.length; ++at) {
        if (TRAILER.test(lines[at])) continue
        const match = ASSIGNMENT.exec(lines[at])
        if (!match) {
            problems.push({
                line: at + 1,
                reason: "is no assignment (KEY=VALUE)",
            })
            continue
        }
        const value = readValue(lines, at, match[0].length)
        if (value.reason) problems.push({ line: at + 1, reason: value.reason })
        else
            assignments.push({
                key: match[1],
                line: at + 1,
                cutAtHash: value.cutAtHash ?? false,
            })
        at = value.last
    }
    return { assignments, problems }
}

interface Value {
    /** Index of the line where the value ends. */
    last: number
    reason?: string
    cutAtHash?: boolean
}

function readValue(lines: string[], at: number, start: number): Value {
    const text = lines[at].slice(start).trimStart()
    const quote = text[0]
    if (quote !== '"' && quote !== "'" && quote !== "`")
        return { last: at, cutAtHash: /[^\s#]#/.test(text) }
    const rest = [text, ...lines.slice(at + 1)].join("\n")
    const quoted = quotedLength(rest, quote)
    if (quoted) {
        const spanned = rest.slice(0, quoted).split("\n").length - 1
        const [trailer] = rest.slice(quoted).split("\n", 1)
        if (TRAILER.test(trailer)) return { last: at + spanned }
    }
    return { last: at, reason: oddQuoting(text, quote, quoted) }
}

/** Length of the quoted text at the start of `rest`, quotes included; 0 when it never ends. */
function quotedLength(rest: string, quote: string): number {
    for (let i = 1; i < rest.length; ++i) {
        if (rest[i] === "\\" && rest[i + 1] === quote) ++i
        else if (rest[i] === quote) return i + 1
    }
    return 0
}

/** What is wrong with a quoted value that does not end its line; `'don't'` is still taken. */
function oddQuoting(
    text: string,
    quote: string,
    quoted: number
): string | undefined {
    const [value] = text.split("#", 1)
    if (value.trimEnd().length > 1 && value.trimEnd().endsWith(quote))
        return undefined
    return quoted
        ? `has text after the closing ${quote}`
        : `has an opening ${quote} without a closing one`
}
