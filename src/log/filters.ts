import { LogRecord } from "./record"

/** The record is taken, unless a later filter stops it. */
export const KEEP = 1
/** The record is discarded; no further filter is asked. */
export const STOP = 0
/** No decision. When all filters answer so, `filterDefault` decides. */
export const IGNORE = 2

/** What becomes of a record: KEEP or STOP. */
export type Verdict = typeof KEEP | typeof STOP

/** KEEP, STOP, IGNORE, or a changed copy of the record, which replaces it (and means KEEP). */
export type FilterAnswer = Verdict | typeof IGNORE | LogRecord

/**
 * Decides on records, for a handler or for all of them (after OTP's logger_filters).
 * A filter that throws or answers anything else is taken out and reported by its name.
 */
export interface LogFilter {
    readonly name: string
    /** @param record must not be changed: a filter that changes it answers with a copy */
    filter(record: LogRecord): FilterAnswer
}

/** The filters of a handler: a `FilterChain`, to which the log passes its own state. */
export interface HandlerFilters {
    readonly list: LogFilter[]
    apply(
        log: object,
        handler: object,
        record: LogRecord
    ): LogRecord | undefined
}

/** The topic of a task is this prefix followed by its name. */
export const TASK_PREFIX = "task."
