import { LogRecord } from "./record"

/** The record is taken as it is; what the remaining filters say still counts. */
export const KEEP = 1
/** The record is thrown away here; no further filter is asked. */
export const STOP = 0
/** No opinion. When all filters say so, `filterDefault` decides. */
export const IGNORE = 2

/** KEEP, STOP, IGNORE, or a changed copy of the record to go on with (which means KEEP). */
export type FilterAnswer = number | LogRecord

/**
 * Decides on records, for a handler or for all of them (after OTP's logger_filters).
 * A filter that throws or answers anything else is taken out and reported by its name.
 */
export interface LogFilter {
    readonly name: string
    /** @param record not to be changed: a filter that changes it answers with a copy */
    filter(record: LogRecord): FilterAnswer
}

/** The topic of a task is this prefix and its name. */
export const TASK_PREFIX = "task."

/** Is told of a filter that threw. */
export interface FilterOwner {
    filterFailed(filter: LogFilter, error: unknown): void
}

/**
 * Runs a record through filters. One that throws counts as IGNORE.
 * @param fallback KEEP or STOP: what holds when every filter says IGNORE
 * @returns the record, changed or not, or undefined when it was stopped
 */
export function applyFilters(
    filters: LogFilter[],
    fallback: number,
    record: LogRecord,
    owner: FilterOwner
): LogRecord | undefined {
    let verdict = fallback
    for (let i = 0; i < filters.length; ++i) {
        const answer = ask(filters[i], record, owner)
        if (answer === STOP) return undefined
        if (answer === IGNORE) continue
        verdict = KEEP
        if (answer !== KEEP) record = answer as LogRecord
    }
    return verdict === KEEP ? record : undefined
}

function ask(
    filter: LogFilter,
    record: LogRecord,
    owner: FilterOwner
): FilterAnswer {
    try {
        const answer = filter.filter(record)
        if (answer === KEEP || answer === STOP || answer === IGNORE)
            return answer
        const changed = answer as LogRecord
        if (changed && typeof changed.message === "string") return changed
        throw new TypeError("a filter answers KEEP, STOP, IGNORE or a record")
    } catch (e: any) {
        owner.filterFailed(filter, e)
        return IGNORE
    }
}

/** The filters without one of them; undefined when none is left. */
export function without(
    filters: LogFilter[],
    filter: LogFilter
): LogFilter[] | undefined {
    if (!filters) return undefined
    const rest = filters.filter(other => other !== filter)
    return rest.length ? rest : undefined
}
