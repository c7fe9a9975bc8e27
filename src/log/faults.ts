import { Core, HandlerEntry } from "./core"
import { LogFilter } from "./filters"
import { LINE_FORMATTER } from "./formatters"
import { ERROR, Level, NONE } from "./levels"
import { placeEntry, without } from "./table"
import { renderError, textOf } from "./render"
import { invalidate, Source } from "./topic"

/** Topic of the log's own reports: what was dropped, what was taken out. */
export const LOG_TOPIC = "log"

/**
 * A handler or its formatter threw: takes out the handler, or puts the default formatter in
 * place of its own.
 * @returns true when the handler is to be given the record again
 */
export function handlerFailed(
    core: Core,
    entry: HandlerEntry,
    inFormatter: boolean,
    error: unknown
): boolean {
    if (inFormatter && entry.formatter !== LINE_FORMATTER) {
        noteAsked(entry)
        entry.formatter = LINE_FORMATTER
        placeEntry(core, entry)
        partFailed(core, entry, "formatter of ", error)
        return true
    }
    if (!inFormatter) entry.passed--
    entry.dropped = (entry.dropped ?? 0) + 1
    takeOut(core, entry, "", error)
    return false
}

/** A handler threw, in what `part` says: it is taken out. */
export function takeOut(
    core: Core,
    entry: HandlerEntry,
    part: string,
    error: unknown
): void {
    noteAsked(entry)
    entry.level = NONE
    entry.failed = true
    partFailed(core, entry, part, error)
}

/** A filter of a handler threw: it is taken out. */
export function filterFailed(
    core: Core,
    entry: HandlerEntry,
    filter: LogFilter,
    error: unknown
): void {
    noteAsked(entry)
    const rest = without(entry.filters, filter)
    entry.filters = rest.length ? rest : undefined
    partFailed(core, entry, `filter "${textOf(filter.name)}" of `, error)
}

/** Keeps what a fault changes, for when it comes back. */
function noteAsked(entry: HandlerEntry): void {
    const { level, filters, formatter } = entry
    if (!entry.asked) entry.asked = { level, filters, formatter }
}

/** Reports that a part of a handler is out, and notes when it comes back. */
function partFailed(
    core: Core,
    entry: HandlerEntry,
    part: string,
    error: unknown
): void {
    const after = entry.restartAfter
    entry.error = renderError(error)
    if (after > 0) entry.backAt = core.clock.millis() + after
    reportOut(core, `${part}log handler "${entry.name}"`, entry.error, after)
}

/** Reports that something is out, and that it comes back `after` ms (0, undefined = never). */
export function reportOut(
    core: Core,
    what: string,
    error: string,
    after: number
): void {
    if (after > 0) core.due(core.clock.millis() + after)
    const fate = after > 0 ? `back in ${after} ms` : "taken out"
    report(core, ERROR, `${what}: ${error}; ${fate}`)
    invalidate(core)
}

/**
 * Queues a record of the log's own. It is delivered at the end of the dispatch, or by
 * `deliverDeferred` when there is none.
 * @param forced takes it in any case
 */
export function report(
    core: Core,
    level: Level,
    message: string,
    forced?: HandlerEntry
): void {
    defer(core, core.topics[0], level, message, forced)
}

/** Queues a record of any source. */
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
