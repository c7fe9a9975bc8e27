import { LogRecord } from "./record"

/** The record is taken as it is; what the remaining filters say still counts. */
export const KEEP = 1
/** The record is thrown away here; no further filter is asked. */
export const STOP = 0
/** No opinion. When all filters say so, `filterDefault` decides. */
export const IGNORE = 2

/** KEEP, STOP, IGNORE, or a changed copy of the record to continue with (which means KEEP). */
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
