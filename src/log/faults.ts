import { Channel, Core, FAILED, HandlerEntry } from "./core"
import { LogFilter } from "./filters"
import { LINE_FORMATTER } from "./formatters"
import { ERROR, Level, NONE } from "./levels"
import { groupEntries } from "./table"
import { renderError } from "./text"
import { channelOf, invalidate } from "./topics"

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
    const retry = inFormatter && entry.formatter !== LINE_FORMATTER
    if (retry) {
        entry.formatter = LINE_FORMATTER
        groupEntries(core)
    } else {
        if (!inFormatter) entry.passed--
        entry.dropped++
        takeOut(entry)
    }
    reportOut(core, entry, inFormatter ? "formatter of " : "", error)
    return retry
}

/** A handler threw when it was opened. */
export function openFailed(
    core: Core,
    entry: HandlerEntry,
    error: unknown
): void {
    takeOut(entry)
    reportOut(core, entry, "opening ", error)
}

/** A filter of a handler threw: it is taken out. */
export function entryFilterFailed(
    core: Core,
    entry: HandlerEntry,
    filter: LogFilter,
    error: unknown
): void {
    entry.filters = without(entry.filters, filter)
    reportOut(core, entry, `filter "${filter.name}" of `, error)
}

/** A filter before all handlers threw: it is taken out. */
export function primaryFailed(
    channel: Channel,
    filter: LogFilter,
    error: unknown
): void {
    const { core } = channel
    channel.filters = without(channel.filters, filter)
    const entry = core.primary.find(other => other.filter === filter)
    if (!entry || entry.out) return
    const { restartAfter } = entry
    entry.out = true
    if (restartAfter) {
        entry.backAt = core.clock.millis() + restartAfter
        core.due(entry.backAt)
    }
    const what = `log filter "${filter.name}"`
    report(core, ERROR, `${what}: ${renderError(error)}; ${fate(restartAfter)}`)
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
    const { clock, deferred } = core
    const channel = channelOf(core, LOG_TOPIC)
    const record = {
        time: clock.millis(),
        wall: clock.wall(),
        level,
        topic: LOG_TOPIC,
        mark: undefined as string,
        message,
        meta: undefined as Record<string, any>,
    }
    deferred.push({ channel, record, forced })
}

function takeOut(entry: HandlerEntry): void {
    entry.level = NONE
    entry.state = FAILED
}

/** Reports that a part of a handler is out, and notes when it comes back. */
function reportOut(
    core: Core,
    entry: HandlerEntry,
    part: string,
    error: unknown
): void {
    const after = entry.options.restartAfter || 0
    entry.error = renderError(error)
    if (after) {
        entry.backAt = core.clock.millis() + after
        core.due(entry.backAt)
    }
    const what = `${part}log handler "${entry.name}"`
    report(core, ERROR, `${what}: ${entry.error}; ${fate(after)}`)
    invalidate(core)
}

function fate(restartAfter: number): string {
    return restartAfter ? `back in ${restartAfter} ms` : "taken out"
}

/** The filters without one of them; undefined when none is left. */
function without(
    filters: LogFilter[],
    filter: LogFilter
): LogFilter[] | undefined {
    if (!filters) return undefined
    const rest = filters.filter(other => other !== filter)
    return rest.length ? rest : undefined
}
