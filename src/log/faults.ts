import { Core, FAILED, HandlerEntry, Source } from "./core"
import { LogFilter } from "./filters"
import { LINE_FORMATTER } from "./formatters"
import { ERROR, Level, NONE } from "./levels"
import { LogRecord } from "./record"
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
    if (inFormatter && entry.formatter !== LINE_FORMATTER) {
        entry.formatter = LINE_FORMATTER
        groupEntries(core)
        takeOut(core, entry, "formatter of ", error)
        return true
    }
    if (!inFormatter) entry.passed--
    entry.dropped++
    openFailed(core, entry, "", error)
    return false
}

/** A handler threw, in what `part` says: it is taken out. */
export function openFailed(
    core: Core,
    entry: HandlerEntry,
    part: string,
    error: unknown
): void {
    entry.level = NONE
    entry.state = FAILED
    takeOut(core, entry, part, error)
}

/** A filter threw, of a handler or, without `entry`, before all handlers: it is taken out. */
export function filterFailed(
    core: Core,
    entry: HandlerEntry,
    filter: LogFilter,
    error: unknown
): void {
    const what = `filter "${filter.name}"`
    if (entry) {
        const rest = entry.filters.filter(other => other !== filter)
        entry.filters = rest.length ? rest : undefined
        takeOut(core, entry, `${what} of `, error)
        return
    }
    const now = core.clock.millis()
    const after = core.primary.takeOut(filter, now)
    if (after !== undefined)
        reportOut(core, `log ${what}`, renderError(error), after)
}

/** Reports that a part of a handler is out, and notes when it comes back. */
function takeOut(
    core: Core,
    entry: HandlerEntry,
    part: string,
    error: unknown
): void {
    const after = entry.options.restartAfter || 0
    const text = renderError(error)
    entry.error = text
    if (after) entry.backAt = core.clock.millis() + after
    reportOut(core, `${part}log handler "${entry.name}"`, text, after)
}

function reportOut(
    core: Core,
    what: string,
    error: string,
    after: number
): void {
    if (after) core.due(core.clock.millis() + after)
    const fate = after ? `back in ${after} ms` : "taken out"
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
    const channel = channelOf(core, LOG_TOPIC)
    const source: Source = { channel, mark: undefined, meta: undefined }
    const record = makeRecord(core, source, level, message)
    core.deferred.push({ channel, record, forced })
}

/** A record of its own, where the common one does not do. */
export function makeRecord(
    core: Core,
    source: Source,
    level: Level,
    message: string
): LogRecord {
    const { clock } = core
    return {
        time: clock.millis(),
        wall: clock.wall(),
        level,
        topic: source.channel.topic,
        mark: source.mark,
        message,
        meta: source.meta,
    }
}
