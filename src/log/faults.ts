import { Core, HandlerEntry, Source } from "./core"
import { setFilters } from "./entry"
import { LogFilter } from "./filters"
import { LINE_FORMATTER } from "./formatters"
import { ERROR, Level, NONE } from "./levels"
import { renderError, textOf } from "./render"
import { placeEntry, without } from "./table"
import { invalidate } from "./topic"

// A handler, filter or formatter that throws is taken out and reported once. The options of its
// handler stay as they are: a change of them, or the end of `restartAfter`, brings it back.

/** Topic of the log's own reports: what was dropped, what was taken out. */
export const LOG_TOPIC = "log"

/** A handler threw in `emit`: the record counts as dropped, and the handler is taken out. */
export function handlerFailed(
    core: Core,
    entry: HandlerEntry,
    error: unknown
): void {
    entry.passed--
    entry.dropped = (entry.dropped | 0) + 1
    takeOut(core, entry, "", error)
}

/** Takes out a handler that threw. @param part words before its name in the report, may be empty */
export function takeOut(
    core: Core,
    entry: HandlerEntry,
    part: string,
    error: unknown
): void {
    entry.threshold = entry.plainLevel = NONE
    entry.failed = true
    // its level is gone: listeners hear of it outside the log call
    core.due()
    partFailed(core, entry, part, error)
}

/** The formatter of a handler threw: the default one replaces it. */
export function formatterFailed(
    core: Core,
    entry: HandlerEntry,
    error: unknown
): void {
    entry.activeFormatter = LINE_FORMATTER
    placeEntry(core, entry)
    partFailed(core, entry, "formatter of ", error)
}

/** A filter of a handler threw: it is taken out. */
export function filterFailed(
    core: Core,
    entry: HandlerEntry,
    filter: LogFilter,
    error: unknown
): void {
    setFilters(entry, without(entry.activeFilters, filter))
    partFailed(core, entry, `filter "${textOf(filter.name)}" of `, error)
}

/** Reports that a part of a handler is out, and notes when it comes back. */
function partFailed(
    core: Core,
    entry: HandlerEntry,
    part: string,
    error: unknown
): void {
    const text = renderError(error)
    entry.error = text
    const what = `${part}log handler "${entry.name}"`
    entry.backAt = reportOut(core, what, text, entry.restartAfter)
}

/**
 * Reports that something is out.
 * @param after ms until it comes back; 0 or undefined = never
 * @returns when it comes back, in ms since start, or undefined
 */
export function reportOut(
    core: Core,
    what: string,
    error: string,
    after: number | undefined
): number | undefined {
    let fate = "taken out"
    let backAt: number
    if (after > 0) {
        fate = `back in ${after} ms`
        backAt = core.millis() + after
        core.due(backAt)
    }
    report(core, ERROR, `${what}: ${error}; ${fate}`)
    invalidate(core)
    return backAt
}

/**
 * Queues a report of the log. It is delivered at the end of the dispatch, or by
 * `deliverDeferred` when there is none.
 * @param forced a handler that gets it despite its own level, filters and burst limit
 */
export function report(
    core: Core,
    level: Level,
    message: string,
    forced?: HandlerEntry
): void {
    defer(core, core.topics[0], level, message, forced)
}

/** Queues a record of any source, see `report`. */
export function defer(
    core: Core,
    source: Source,
    level: Level,
    message: string,
    forced?: HandlerEntry
): void {
    if (!core.deferred) core.deferred = []
    core.deferred.push({ source, level, message, forced })
}
