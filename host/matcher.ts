import { UsageError } from "./errors.ts"

/** What is looked for in the lines of a board. */
export interface Matcher {
    /** As the user wrote it. */
    text: string
    matches(line: string): boolean
}

/** `/RE/` or `/RE/i` as a regular expression, anything else as text. @throws UsageError */
export function parseMatcher(text: string, option: string): Matcher {
    const match = /^\/(.+)\/([a-z]*)$/s.exec(text)
    if (!match) {
        if (text === "") throw new UsageError(`${option}: a text is wanted`)
        return { text, matches: line => line.includes(text) }
    }
    try {
        const pattern = new RegExp(match[1], match[2].replace(/[gy]/g, ""))
        return { text, matches: line => pattern.test(line) }
    } catch (error) {
        throw new UsageError(`${option} ${text}: ${(error as Error).message}`)
    }
}
