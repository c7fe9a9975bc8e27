import { type Matcher, parseMatcher } from "../matcher.ts"
import { LEVELS, parseLevel } from "../levels.ts"
import type { LogRecord } from "../record.ts"
import type { SimEvent } from "../sim/index.ts"

/** Watches for what a run must show (`--expect`), and for what it must not (`--fail-on`). */
export class Checks {
    private readonly open: Matcher[]
    private readonly failOn: Matcher[] = []
    private failLevel = -1
    private failPanic = false

    /** @throws UsageError for a regular expression that is none */
    constructor(expect: string[], failOn: string[]) {
        this.open = expect.map(text => parseMatcher(text, "--expect"))
        for (const text of failOn) {
            const level = parseLevel(text)
            if (text === "panic") this.failPanic = true
            else if (level)
                this.failLevel = Math.max(this.failLevel, LEVELS.indexOf(level))
            else this.failOn.push(parseMatcher(text, "--fail-on"))
        }
        this.isAsked = expect.length > 0
    }

    /** Whether anything is expected. */
    readonly isAsked: boolean

    /** What was expected and not seen yet, as the user wrote it. */
    get missing(): string[] {
        return this.open.map(({ text }) => text)
    }

    /** Takes an event. @returns what it shows that must not occur, in words; "" for nothing */
    see(event: SimEvent, record: LogRecord | undefined, line: string): string {
        if (event.event === "panic" && this.failPanic)
            return `panic ${event.code} (${event.meaning})`
        if (event.event !== "console") return ""
        for (let i = this.open.length - 1; i >= 0; --i)
            if (this.open[i].matches(line)) this.open.splice(i, 1)
        if (record && LEVELS.indexOf(record.level) <= this.failLevel)
            return `a line of level ${record.level}: ${line}`
        const found = this.failOn.find(({ matches }) => matches(line))
        return found ? `a line with ${found.text}: ${line}` : ""
    }
}
