import { value } from "./check"
import { Core, HandlerEntry } from "./core"
import { filterFailed } from "./faults"
import { FilterAnswer, IGNORE, KEEP, LogFilter, STOP } from "./filters"
import { LogRecord } from "./record"

/**
 * Runs a record through the filters of a handler or, without `entry`, through those before
 * all handlers. A filter that throws counts as IGNORE.
 * @returns the record, changed or not, or undefined when it was stopped
 */
export function applyFilters(
    core: Core,
    entry: HandlerEntry,
    filters: LogFilter[],
    record: LogRecord
): LogRecord | undefined {
    let verdict = entry ? value(entry.filterDefault, KEEP) : KEEP
    for (const filter of filters) {
        let answer: FilterAnswer = IGNORE
        try {
            answer = ask(filter, record)
        } catch (e: any) {
            if (entry) filterFailed(core, entry, filter, e)
            else core.primary.takeOutFilter(core, filter, e)
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
