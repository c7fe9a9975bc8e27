import { escapeControls } from "../platform"
import { Core, HandlerEntry } from "./core"
import { filterFailed } from "./faults"
import { FilterAnswer, IGNORE, KEEP, LogFilter, STOP } from "./filters"
import { isSeverity } from "./levels"
import { LogRecord } from "./record"
import { cut, MAX_MESSAGE } from "./text"

/**
 * Runs a record through the filters of a handler or, without `entry`, through those before
 * all handlers. A filter that throws counts as IGNORE.
 * @param verdict what holds when all filters say IGNORE
 * @returns the record, changed or not, or undefined when it was stopped
 */
export function applyFilters(
    core: Core,
    entry: HandlerEntry,
    filters: LogFilter[],
    record: LogRecord,
    verdict: number
): LogRecord | undefined {
    for (const filter of filters) {
        let answer: FilterAnswer = IGNORE
        try {
            answer = ask(filter, record)
        } catch (e: any) {
            if (entry) filterFailed(core, entry, filter, e)
            else core.globalFilters.takeOutFilter(core, filter, e)
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
    if (!isRecord(changed))
        throw new TypeError("a filter answers KEEP, STOP, IGNORE or a record")
    // it may hold what a log call would not let through
    changed.message = cut(escapeControls(changed.message), MAX_MESSAGE)
    if (changed.topic !== record.topic)
        changed.topic = escapeControls(changed.topic)
    if (changed.mark !== record.mark)
        changed.mark = escapeControls("" + changed.mark)
    return changed
}

function isRecord(value: unknown): boolean {
    if (typeof value !== "object" || value === null || Array.isArray(value))
        return false
    const { message, topic, level, time } = value as LogRecord
    return (
        typeof message === "string" &&
        typeof topic === "string" &&
        typeof time === "number" &&
        isSeverity(level)
    )
}
