import { MAX_STATUS_LINES } from "./defaults"

/** Where the last lines of tasks are found; the ring of the log is one. */
export interface LineSource {
    /** Hands out the last `count` lines, oldest first. */
    each(count: number, use: (line: string) => void): void
}

/** Brackets of a line that are looked at: the level comes first, the mark of the task next. */
const MAX_BRACKETS = 3
/** What is in the mark of any task, and in no level. */
const SERVICE = ".service"

/**
 * The last lines of all tasks, by mark, among the last `MAX_STATUS_LINES`. One pass for all tasks:
 * a search for each would take more steps than a slice has.
 */
export function lastLines(source: LineSource): Record<string, string> {
    const found: Record<string, string> = {}
    if (source)
        source.each(MAX_STATUS_LINES, line => {
            const mark = markOf(line)
            if (mark) found[mark] = line
        })
    return found
}

/** The mark of the task that has written a line, or undefined. */
function markOf(line: string): string | undefined {
    let start = line.indexOf("[")
    for (let i = 0; start >= 0 && i < MAX_BRACKETS; ++i) {
        const end = line.indexOf("]", start)
        if (end < 0) return undefined
        const word = line.slice(start + 1, end)
        if (word.indexOf(SERVICE) >= 0) return word
        start = line.indexOf("[", end)
    }
    return undefined
}
