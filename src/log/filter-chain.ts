import { escapeControls, optionError } from "../platform"
import type { Core } from "./core"
import type { HandlerEntry } from "./entry"
import { filterFailed } from "./faults"
import { FilterAnswer, IGNORE, KEEP, LogFilter, STOP } from "./filters"
import { isSeverity } from "./levels"
import { LogRecord } from "./record"
import { clean } from "./text"

/**
 * The filters of a handler, asked in their order: its option `filters`. A program that has none
 * does not link this.
 * @devsWhenUsed
 */
export class FilterChain {
    /** @throws OPTION_ERROR for what is no filter */
    constructor(readonly list: LogFilter[]) {
        for (const filter of list) checkFilter(filter)
    }

    /**
     * The record that a handler takes, changed or not, or undefined when it was stopped.
     * @param entry whose filters in force are asked
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

/** @throws OPTION_ERROR for what is no filter */
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
 * Runs a record through filters. One that throws counts as IGNORE.
 * @param verdict what holds when all of them say IGNORE
 * @returns the record, changed or not, or undefined when it was stopped
 */
export function applyFilters(
    filters: LogFilter[],
    verdict: number | undefined,
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
    // it may hold what a log call would not let through
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
