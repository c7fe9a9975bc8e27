import { checkRange } from "./check"
import { HandlerEntry } from "./core"
import { KEEP, LogFilter, STOP } from "./filters"
import { LINE_FORMATTER } from "./formatters"
import { Burst, Handler, HandlerOptions } from "./handler"
import { Level, NONE, TRACE } from "./levels"
import { covers } from "./pattern"

/**
 * Default burst limit. OTP's is 500 records a second; the slowest sink that a board has by
 * default is its serial console, which carries about 100 lines a second at 115,200 baud, and
 * the VM loses without a word what does not fit.
 */
export const DEFAULT_BURST: Burst = { records: 100, window: 1000 }

/**
 * Makes the entry of a handler.
 * @throws RangeError for an option out of range
 */
export function makeEntry(
    name: string,
    handler: Handler,
    options: HandlerOptions
): HandlerEntry {
    const entry = new HandlerEntry(name, handler)
    entry.options = handler.advised || {}
    configureEntry(entry, options || {}, false)
    return entry
}

/**
 * Takes changed options; what was taken out comes back with them.
 * @param tell whether the handler itself is to be told
 * @throws RangeError for a value out of range; nothing is changed then
 */
export function configureEntry(
    entry: HandlerEntry,
    changes: HandlerOptions,
    tell: boolean
): void {
    const { handler } = entry
    const next = Object.assign({}, entry.options)
    Object.assign(next, changes)
    checkOptions(entry.name, handler, next)
    if (tell && handler.configure) handler.configure(changes)
    if (changes.queue) handler.queue.configure(changes.queue)
    entry.options = next
    restoreEntry(entry)
}

/** Puts in force what the options say. */
export function restoreEntry(entry: HandlerEntry): void {
    const { options } = entry
    const { levels } = options
    let { filters } = options
    if (entry.error) {
        entry.failed = false
        entry.backAt = undefined
    }
    entry.level = value(options.level, TRACE)
    if (levels) {
        entry.level = TRACE
        const own: LogFilter[] = [levels]
        if (filters) own.pushRange(filters)
        filters = own
    }
    entry.filters = filters
    entry.formatter = value(options.formatter, LINE_FORMATTER)
    // an endless window in place of a limit
    const end = options.burst === null ? Infinity : 0
    entry.windowEnd = end
    entry.limit = end
}

/** The most detailed level that a handler takes of a topic. */
export function levelFor(entry: HandlerEntry, topic: string): Level {
    const { loggers, levels } = entry.options
    if (loggers && !loggers.some(pattern => covers(pattern, topic))) return NONE
    return levels ? Math.min(entry.level, levels.levelOf(topic)) : entry.level
}

/** Starts a new burst window at `time`. */
export function renewWindow(entry: HandlerEntry, time: number): void {
    const { records, window } = entry.options.burst || DEFAULT_BURST
    entry.windowEnd = time + window
    entry.limit = entry.passed + records
}

/** `given`, also when it is null; `fallback` when it was left out. */
export function value<T>(given: T, fallback: T): T {
    return given === undefined ? fallback : given
}

function checkOptions(
    name: string,
    handler: Handler,
    options: HandlerOptions
): void {
    const { level, filterDefault, restartAfter, burst, queue } = options
    checkRange("level", value(level, TRACE), NONE, TRACE)
    checkRange("filterDefault", value(filterDefault, KEEP), STOP, KEEP)
    checkRange("restartAfter", restartAfter || 0, 0, 0x7fffffff)
    if (burst) {
        checkRange("burst.records", burst.records, 1, 1000000)
        checkRange("burst.window", burst.window, 1, 3600000)
    }
    if (queue && !handler.queue)
        throw new RangeError(`log handler "${name}" has no queue`)
}
