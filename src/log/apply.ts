import { Channel, Core, HandlerEntry } from "./core"
import { value } from "./entry"
import { entryFilterFailed, primaryFailed } from "./faults"
import { FilterAnswer, IGNORE, KEEP, LogFilter, STOP } from "./filters"
import { LogRecord } from "./record"

/**
 * Runs a record through the filters before all handlers.
 * @returns the record, changed or not, or undefined when it was stopped
 */
export function applyPrimary(
    channel: Channel,
    record: LogRecord
): LogRecord | undefined {
    return apply(channel.core, channel, undefined, KEEP, record)
}

/**
 * Runs a record through the filters of a handler.
 * @returns the record, changed or not, or undefined when it was stopped
 */
export function applyFilters(
    core: Core,
    entry: HandlerEntry,
    record: LogRecord
): LogRecord | undefined {
    const fallback = value(entry.options.filterDefault, KEEP)
    return apply(core, undefined, entry, fallback, record)
}

/** One of `channel` and `entry` is given. A filter that throws counts as IGNORE. */
function apply(
    core: Core,
    channel: Channel,
    entry: HandlerEntry,
    fallback: number,
    record: LogRecord
): LogRecord | undefined {
    let verdict = fallback
    for (const filter of channel ? channel.filters : entry.filters) {
        let answer: FilterAnswer = IGNORE
        try {
            answer = ask(filter, record)
        } catch (e: any) {
            if (channel) primaryFailed(channel, filter, e)
            else entryFilterFailed(core, entry, filter, e)
        }
        if (answer === STOP) return undefined
        if (answer === IGNORE) continue
        verdict = KEEP
        if (answer !== KEEP) record = answer as LogRecord
    }
    return verdict === KEEP ? record : undefined
}

function ask(filter: LogFilter, record: LogRecord): FilterAnswer {
    const answer = filter.filter(record)
    if (answer === KEEP || answer === STOP || answer === IGNORE) return answer
    const changed = answer as LogRecord
    if (changed && typeof changed.message === "string") return changed
    throw new TypeError("a filter answers KEEP, STOP, IGNORE or a record")
}
