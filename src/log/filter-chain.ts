import { escapeControls, optionError } from "../platform"
import { Core, HandlerEntry } from "./core"
import { filterFailed } from "./faults"
import {
    FilterAnswer,
    HandlerFilters,
    IGNORE,
    KEEP,
    LogFilter,
    STOP,
    Verdict,
} from "./filters"
import { isSeverity } from "./levels"
import { LogRecord } from "./record"
import { clean } from "./text"

/**
 * The filters of a handler (its option `filters`), asked in the order given. The image of a
 * program that uses none does not contain the class.
 * @devsWhenUsed
 */
export class FilterChain implements HandlerFilters {
    /** @throws OPTION_ERROR for an element that is not a filter */
    constructor(readonly list: LogFilter[]) {
        for (const filter of list) checkFilter(filter)
    }

    /**
     * Runs a record through the filters of `entry` that are in force.
     * @returns the record, changed or not, or undefined when it was stopped
     */
    apply(
        core: Core,
        entry: HandlerEntry,
        record: LogRecord
    ): LogRecord | undefined {
        const { activeFilters, filterDefault } = entry
        return applyFilters(activeFilters, filterDefault, record, (filter, e) =>
            filterFailed(core, entry, filter, e)
        )
    }
}

/** @throws OPTION_ERROR for a value that is not a filter */
export function checkFilter(filter: LogFilter): void {
    if (
        typeof filter !== "object" ||
        !filter ||
        typeof filter.name !== "string" ||
        typeof filter.filter !== "function"
    )
        throw optionError("log", "filter", "a name and a function", filter)
}

/**
 * Runs a record through filters. One that throws is passed to `failed` and counts as IGNORE.
 * @param verdict decides when all of them answer IGNORE; undefined = KEEP
 * @returns the record, changed or not, or undefined when it was stopped
 */
export function applyFilters(
    filters: LogFilter[],
    verdict: Verdict | undefined,
    record: LogRecord,
    failed: (filter: LogFilter, error: unknown) => void
): LogRecord | undefined {
    for (const filter of filters) {
        let answer: FilterAnswer = IGNORE
        try {
            answer = ask(filter, record)
        } catch (e: any) {
            failed(filter, e)
        }
        if (answer === STOP) return undefined
        if (answer === IGNORE) continue
        verdict = KEEP
        if (answer !== KEEP) record = answer as LogRecord
    }
    return verdict === STOP ? undefined : record
}

function ask(filter: LogFilter, record: LogRecord): FilterAnswer {
    const answer = filter.filter(record)
    if (answer === KEEP || answer === STOP || answer === IGNORE) return answer
    const changed = answer as LogRecord
    if (!isRecord(changed))
        throw new TypeError("a filter answers KEEP, STOP, IGNORE or a record")
    // a changed record is cleaned as a log call cleans its message
    changed.message = clean(changed.message)
    if (changed.topic !== record.topic)
        changed.topic = escapeControls(changed.topic)
    if (changed.mark !== record.mark)
        changed.mark = escapeControls("" + changed.mark)
    changed.name = changed.mark || changed.topic
    changed.stamp = undefined
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
