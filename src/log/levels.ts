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

/** Names of the severities, EMERGENCY first, then that of NONE. */
export const LABELS = [
    "EMERGENCY",
    "ALERT",
    "CRITICAL",
    "ERROR",
    "WARNING",
    "NOTICE",
    "INFO",
    "DEBUG",
    "TRACE",
    "NONE",
]
/** Names of all levels as in settings and lines, for messages that say what is wanted. */
export const LEVEL_NAMES =
    "none, emergency, alert, critical, error, warning, notice, info, debug, trace"

/** Name of a level in lower case, as in settings and lines. */
export function levelName(level: Level): string {
    return (level === NONE ? "none" : LABELS[level]).toLowerCase()
}

/** Level of a name (`none` to `trace`, any case), or undefined for a word that is none. */
export function parseLevel(name: string): Level | undefined {
    const at = LABELS.indexOf(name.toUpperCase())
    if (at > TRACE) return NONE
    return at < 0 ? undefined : at
}
