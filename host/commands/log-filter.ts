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
    const from = since === undefined ? -Infinity : parseTime(since, now)
    const to = endTime(options, now)
    if (from > to)
        throw new UsageError(`--since "${since}" is after --until "${until}"`)
    if (since !== undefined || until !== undefined)
        tests.push(({ at }) => at !== undefined && at >= from && at <= to)
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

/** The time of the last line that is wanted, Unix time in ms. @throws UsageError for what is none */
export function endTime({ until }: FilterOptions, now = Date.now()): number {
    return until === undefined ? Infinity : parseTime(until, now)
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

const UNITS = new Map(
    Object.entries({
        s: 1000,
        sec: 1000,
        second: 1000,
        m: 60_000,
        min: 60_000,
        minute: 60_000,
        h: 3_600_000,
        hour: 3_600_000,
        d: 86_400_000,
        day: 86_400_000,
    })
)
/** `-5m`, `5 min ago`. */
const RELATIVE = /^-?(\d+(?:\.\d+)?)\s*([a-z]+)(?:\s+ago)?$/
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](.+))?$/
const CLOCK = /^(\d\d?):(\d\d)(?::(\d\d)(\.\d+)?)?$/
/** The end of a time that says how far it is ahead of UTC. */
const ZONE = /(?:Z|([+-])(\d\d):?(\d\d))$/

/**
 * A time, of this machine's zone unless it names one: ISO 8601, `HH:MM[:SS]`, `today`, `yesterday`,
 * `now`, `-5m`, `5 min ago`. What `Date.parse` makes of other texts is nothing that anybody means.
 */
function parseTime(text: string, now: number): number {
    const [, count, word = ""] = RELATIVE.exec(text) ?? []
    const unit = UNITS.get(word) ?? UNITS.get(word.replace(/s$/, ""))
    if (unit !== undefined) return now - Number(count) * unit
    if (text === "now") return now
    const today = new Date(now)
    const time =
        text === "today"
            ? dayTime(today, 0)
            : text === "yesterday"
              ? dayTime(today, -1)
              : absoluteTime(text, today)
    if (time === undefined)
        throw new UsageError(
            `"${text}" is no time: wanted as 2026-11-26T14:00, 14:00, today, -5m`
        )
    return time
}

/** The start of a day, so many days after `date`. */
function dayTime(date: Date, days: number): number {
    return new Date(
        date.getFullYear(),
        date.getMonth(),
        date.getDate() + days
    ).getTime()
}

/** A date, a time of today, or both; undefined for what is none, or does not exist. */
function absoluteTime(text: string, today: Date): number | undefined {
    const [, year, month, day, rest = "00:00"] = DATE.exec(text) ?? []
    const clock = year === undefined ? text : rest
    const zone = year === undefined ? null : ZONE.exec(clock)
    const digits = CLOCK.exec(zone ? clock.slice(0, zone.index) : clock)
    if (!digits) return undefined
    const [, hour, minute, second = "0", fraction = "0"] = digits
    const date =
        year === undefined
            ? ([
                  today.getFullYear(),
                  today.getMonth(),
                  today.getDate(),
              ] as const)
            : ([Number(year), Number(month) - 1, Number(day)] as const)
    const time = [Number(hour), Number(minute), Number(second)] as const
    const ms = Math.floor(Number(fraction) * 1000)
    const fields = [...date, ...time, ms] as const
    const utc = new Date(Date.UTC(...fields))
    const again = [
        ...[utc.getUTCFullYear(), utc.getUTCMonth(), utc.getUTCDate()],
        ...[utc.getUTCHours(), utc.getUTCMinutes(), utc.getUTCSeconds()],
    ]
    // a date that does not exist comes out as another one
    if (again.some((field, i) => field !== fields[i])) return undefined
    if (!zone) return new Date(...fields).getTime()
    const [, sign, hours = "0", minutes = "0"] = zone
    const ahead = (Number(hours) * 60 + Number(minutes)) * 60_000
    return utc.getTime() - (sign === "-" ? -ahead : ahead)
}

function bootNumber(boot: string | true): number {
    if (boot === true) return 0
    if (!/^-?\d+$/.test(boot) || Number(boot) > 0)
        throw new UsageError(`--boot "${boot}": 0, -1, -2, ... is wanted`)
    return Number(boot) || 0
}
