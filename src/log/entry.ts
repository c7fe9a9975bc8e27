import { optionError, optionNames, OptionTable, readOptions } from "../platform"
import { HandlerEntry } from "./core"
import { LogFilter } from "./filters"
import { LINE_FORMATTER } from "./formatters"
import { Burst, Handler, HandlerOptions } from "./handler"
import { TRACE } from "./levels"
import { checkTopic, LevelRules } from "./spec"
import { without } from "./table"

/**
 * Makes the entry of a handler.
 * @param burst the limit of one that has no other
 * @throws RangeError for an option out of range
 */
export function makeEntry(
    name: string,
    handler: Handler,
    options: HandlerOptions,
    burst: number
): HandlerEntry {
    const entry: HandlerEntry = {
        level: TRACE,
        filters: undefined,
        burst,
        passed: 0,
        formatter: LINE_FORMATTER,
        emit: handler.emit,
        handler,
        name,
    }
    if (handler.defaultOptions) changeEntry(entry, handler.defaultOptions())
    if (options) changeEntry(entry, options)
    if (entry.burst > 0) endWindow(entry)
    return entry
}

/**
 * Takes changed options; what was taken out comes back with them.
 * @throws RangeError for a value out of range; nothing is changed then
 */
export function changeEntry(
    entry: HandlerEntry,
    changes: HandlerOptions
): void {
    checkOptions(entry, changes)
    const { level, loggers, direct, filterDefault, restartAfter, queue } =
        changes
    if (queue) entry.handler.queue.configure(queue)
    restoreEntry(entry)
    if (level !== undefined) entry.level = level
    if (loggers) entry.loggers = loggers
    if (direct !== undefined) entry.direct = direct
    if (filterDefault !== undefined) entry.filterDefault = filterDefault
    if (restartAfter !== undefined) entry.restartAfter = restartAfter
    if (changes.formatter !== undefined) entry.formatter = changes.formatter
    changeFilters(entry, changes)
    changeBurst(entry, changes)
}

/** Brings back what was taken out of an entry, and the entry itself. */
export function restoreEntry(entry: HandlerEntry): void {
    if (!entry.asked) return
    Object.assign(entry, entry.asked)
    entry.asked = undefined
    entry.failed = false
    entry.backAt = undefined
}

const HANDLER_OPTIONS: OptionTable = `
    level: level -1 8
    levels: object
    direct: flag
    filters: list
    filterDefault: int 0 1
    formatter: object?
    burst: object?
    restartAfter: ms 0 2147483647
    queue: object
    loggers: list
`
const BURST_OPTIONS: OptionTable = `
    records: int 1 1000000 = 100
    window: ms 1 3600000 = 1000
`

/** Whether an option is the log's, and not the handler's own. */
export function isLogOption(name: string): boolean {
    return optionNames(HANDLER_OPTIONS).includes(name)
}

/**
 * Checks options.
 * @throws OPTION_ERROR for a name or value that is not allowed, RangeError for a bad topic
 */
export function checkOptions(
    { name, handler }: HandlerEntry,
    options: HandlerOptions
): void {
    const thing = `log handler "${name}"`
    readOptions(thing, HANDLER_OPTIONS, options, {})
    const { levels, filters, formatter, burst, queue, loggers } = options
    if (levels && !(levels instanceof LevelRules))
        throw optionError(thing, "levels", "LevelRules", levels)
    if (filters) for (const filter of filters) checkFilter(thing, filter)
    if (formatter && typeof formatter.format !== "function")
        throw optionError(thing, "formatter", "a format function", formatter)
    if (burst) readOptions<Burst>(`${thing}: burst`, BURST_OPTIONS, burst)
    if (loggers) for (const topic of loggers) checkTopic(topic)
    if (queue && !handler.queue)
        throw optionError(thing, "queue", "none: it has no queue", queue)
    if (queue) handler.queue.check(queue)
}

/** @throws OPTION_ERROR for what is no filter */
export function checkFilter(thing: string, filter: LogFilter): void {
    if (
        typeof filter !== "object" ||
        !filter ||
        typeof filter.name !== "string" ||
        typeof filter.filter !== "function"
    )
        throw optionError(thing, "filter", "a name and a function", filter)
}

/** Levels by topic take the place of the level, as the first of the filters, and the other way. */
function changeFilters(entry: HandlerEntry, changes: HandlerOptions): void {
    const { level, levels } = changes
    if (!changes.filters && !levels && level === undefined) return
    const given = changes.filters || entry.filters || []
    const filters = without(given, entry.levels)
    if (levels) entry.levels = levels
    else if (level !== undefined) entry.levels = undefined
    if (entry.levels) {
        filters.insert(0, 1)
        filters[0] = entry.levels
        entry.level = TRACE
    }
    entry.filters = filters.length ? filters : undefined
}

/** A change of the burst limit begins a new window. */
function changeBurst(entry: HandlerEntry, { burst }: HandlerOptions): void {
    if (burst === null) entry.burst = 0
    else if (burst) {
        const given = readOptions<Burst>("burst", BURST_OPTIONS, burst)
        entry.burst = given.records
        entry.window = given.window
        endWindow(entry)
    }
}

function endWindow(entry: HandlerEntry): void {
    entry.windowEnd = 0
    entry.limit = 0
}
