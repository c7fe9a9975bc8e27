import { type LogLine, taskOf } from "../client/log-lines.ts"
import { UsageError } from "../errors.ts"
import { levelNumber, LEVELS } from "../levels.ts"

/** Which lines are wanted, as the options of `fiberctl logs` say it. */
export interface FilterOptions {
    unit?: string[]
    priority?: string
    grep?: string
    topic?: string[]
    since?: string
    until?: string
    boot?: string | true
}

/** Whether a line is wanted. */
export type Wanted = (line: LogLine) => boolean

/** Makes a filter of options. @throws UsageError for one that makes no sense */
export function makeFilter(options: FilterOptions, now = Date.now()): Wanted {
    const { unit, priority, grep, topic, since, until, boot } = options
    const tests: Wanted[] = []
    if (unit?.length) {
        const tasks = unit.map(wildcard)
        tests.push(({ mark }) => {
            const task = taskOf(mark)
            return (
                task !== undefined &&
                tasks.some(
                    pattern => pattern.test(task) || isChild(pattern, task)
                )
            )
        })
    }
    if (topic?.length) {
        const topics = topic.map(wildcard)
        tests.push(line =>
            topics.some(pattern => covers(pattern, topicOf(line)))
        )
    }
    if (priority !== undefined) {
        const [worst, least] = levelRange(priority)
        tests.push(({ level }) => level! >= worst && level! <= least)
    }
    if (grep !== undefined) {
        const pattern = expression(grep)
        tests.push(({ mark, message }) => pattern.test(`[${mark}] ${message}`))
    }
    if (since !== undefined) {
        const from = parseTime(since, now)
        tests.push(({ at }) => at !== undefined && at >= from)
    }
    if (until !== undefined) {
        const to = parseTime(until, now)
        tests.push(({ at }) => at !== undefined && at <= to)
    }
    if (boot !== undefined) {
        const number = bootNumber(boot)
        tests.push(line => line.boot === number)
    }
    return line => tests.every(test => test(line))
}

function topicOf({ mark }: LogLine): string {
    const task = taskOf(mark)
    return task === undefined ? mark : `task.${task}`
}

/** Whether a pattern fits a topic or one that it lies under. */
function covers(pattern: RegExp, topic: string): boolean {
    const names = topic.split(".")
    return names.some((_, i) => pattern.test(names.slice(0, i + 1).join(".")))
}

function isChild(pattern: RegExp, task: string): boolean {
    const dot = task.indexOf(".")
    return dot > 0 && pattern.test(task.slice(0, dot))
}

function wildcard(pattern: string): RegExp {
    const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    return new RegExp(`^${escaped.replace(/\*/g, ".*")}$`)
}

/** A regular expression; one without capitals ignores case, as in journalctl. */
function expression(text: string): RegExp {
    try {
        return new RegExp(text, /[A-Z]/.test(text) ? "" : "i")
    } catch (error) {
        throw new UsageError(`--grep "${text}": ${(error as Error).message}`)
    }
}

/** `LEVEL`: that and worse; `LEVEL..LEVEL`: a range. */
function levelRange(text: string): [number, number] {
    const [first, second] = text.split("..").map(priorityNumber)
    return second === undefined
        ? [0, first!]
        : [Math.min(first!, second), Math.max(first!, second)]
}

/** A level by a word for it or by its first letters. */
function priorityNumber(text: string): number {
    const start = LEVELS.findIndex(
        name => text.length > 2 && name.startsWith(text)
    )
    const level = levelNumber(text) ?? start
    if (level < 0)
        throw new UsageError(
            `--priority: "${text}" is no level (${LEVELS.join(", ")})`
        )
    return level
}

const UNITS: Record<string, number> = {
    s: 1000,
    min: 60_000,
    m: 60_000,
    h: 3_600_000,
    d: 86_400_000,
}

/** A time: ISO 8601, `HH:MM[:SS]`, `today`, `yesterday`, `now`, `-5m`, `5 min ago`. */
function parseTime(text: string, now: number): number {
    const relative = /^-?(\d+(?:\.\d+)?)\s*(s|min|m|h|d)(?:\s+ago)?$/.exec(text)
    if (relative) return now - Number(relative[1]) * UNITS[relative[2]!]!
    const today = new Date(now)
    today.setHours(0, 0, 0, 0)
    if (text === "now") return now
    if (text === "today") return today.getTime()
    if (text === "yesterday") return today.getTime() - UNITS.d!
    const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)
    if (clock) {
        const [, hours, minutes, seconds = "0"] = clock
        return today.setHours(Number(hours), Number(minutes), Number(seconds))
    }
    const time = Date.parse(text)
    if (Number.isNaN(time))
        throw new UsageError(
            `"${text}" is no time: wanted as 2026-11-26T14:00, 14:00, today, -5m`
        )
    return time
}

function bootNumber(boot: string | true): number {
    if (boot === true) return 0
    if (!/^-?\d+$/.test(boot) || Number(boot) > 0)
        throw new UsageError(`--boot "${boot}": 0, -1, -2, ... is wanted`)
    return Number(boot) || 0
}
