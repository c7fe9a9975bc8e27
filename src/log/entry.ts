import { checkRange, value } from "./check"
import { HandlerEntry } from "./core"
import { KEEP, STOP } from "./filters"
import { LINE_FORMATTER } from "./formatters"
import { Handler, HandlerOptions, MAX_BURST } from "./handler"
import { Level, NONE, TRACE } from "./levels"
import { covers } from "./pattern"
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
    if (handler.advise) changeEntry(entry, handler.advise())
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
    const { level, loggers, filterDefault, restartAfter, queue } = changes
    if (queue) entry.handler.queue.configure(queue)
    restoreEntry(entry)
    if (level !== undefined) entry.level = level
    if (loggers) entry.loggers = loggers
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

/** The most detailed level that a handler takes of a topic. */
export function levelFor(entry: HandlerEntry, topic: string): Level {
    const { level, levels, loggers } = entry
    if (loggers && !loggers.some(pattern => covers(pattern, topic))) return NONE
    return levels ? Math.min(level, levels.levelOf(topic)) : level
}

/**
 * Checks options.
 * @throws RangeError for a value out of range
 */
export function checkOptions(
    { name, handler }: HandlerEntry,
    options: HandlerOptions
): void {
    const { level, filterDefault, restartAfter, burst, queue } = options
    checkRange("level", value(level, TRACE), NONE, TRACE)
    checkRange("filterDefault", value(filterDefault, KEEP), STOP, KEEP)
    checkRange("restartAfter", restartAfter ?? 0, 0, 0x7fffffff)
    if (burst) {
        checkRange("burst.records", burst.records, 1, MAX_BURST)
        checkRange("burst.window", burst.window, 1, 3600000)
    }
    if (queue && !handler.queue)
        throw new RangeError(`log handler "${name}" has no queue`)
}

/** Levels by topic stand in place of the level, as the first of the filters. */
function changeFilters(entry: HandlerEntry, changes: HandlerOptions): void {
    const levels = changes.levels || entry.levels
    if (changes.filters || levels) {
        const given = changes.filters || entry.filters || []
        const filters = without(given, entry.levels)
        if (levels) {
            filters.insert(0, 1)
            filters[0] = levels
            entry.levels = levels
            entry.level = TRACE
        }
        entry.filters = filters.length ? filters : undefined
    }
}

/** A change of the burst limit begins a new window. */
function changeBurst(entry: HandlerEntry, { burst }: HandlerOptions): void {
    if (burst === null) entry.burst = 0
    else if (burst) {
        entry.burst = burst.records
        entry.window = burst.window
        endWindow(entry)
    }
}

function endWindow(entry: HandlerEntry): void {
    entry.windowEnd = 0
    entry.limit = 0
}
