import { optionError } from "../platform"

/**
 * Severities of RFC 5424, section 6.2.1, table 2, plus `TRACE` below them and `NONE` for
 * receivers that want nothing. A smaller number is more severe.
 */
export const NONE = -1
export const EMERGENCY = 0
export const ALERT = 1
export const CRITICAL = 2
export const ERROR = 3
export const WARNING = 4
export const NOTICE = 5
export const INFO = 6
export const DEBUG = 7
/** More detailed than debug. Not a syslog severity: it is sent as debug, and set at start only. */
export const TRACE = 8

/** One of the constants of this file, `NONE` to `TRACE`. */
export type Level = number

/** Whether a value is a severity: a whole number, `EMERGENCY` to `TRACE`. */
export function isSeverity(level: unknown): boolean {
    return (
        typeof level === "number" &&
        level >= EMERGENCY &&
        level <= TRACE &&
        level === Math.floor(level)
    )
}

/**
 * Checks a level that somebody sets.
 * @param thing what the error names
 * @throws OPTION_ERROR unless it is `NONE` or a severity
 */
export function checkLevel(thing: string, level: Level): void {
    if (level !== NONE && !isSeverity(level))
        throw optionError(thing, "level", `a level, ${NONE} to ${TRACE}`, level)
}

/** Name of a level in lower case, as in settings and lines. */
export function levelName(level: Level): string {
    return levelNames()[level + 1]
}

/** Level of a name (`none` to `trace`, any case), or undefined for a word that is none. */
export function parseLevel(name: string): Level | undefined {
    const at = levelNames().indexOf(name.toLowerCase())
    return at < 0 ? undefined : at - 1
}

/** Names of all levels, `none` first, for messages that say what is wanted. */
export function levelNames(): string[] {
    // made when it is wanted: kept, it would take some 100 bytes of heap
    return [
        "none",
        "emergency",
        "alert",
        "critical",
        "error",
        "warning",
        "notice",
        "info",
        "debug",
        "trace",
    ]
}
