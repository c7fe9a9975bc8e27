import { splitText } from "../platform"

/**
 * Severities of RFC 5424, section 6.2.1, table 2, plus `TRACE` below them and `NONE` for
 * handlers that take nothing. A smaller number is more severe.
 */
export const NONE = -1
/** The system is unusable. */
export const EMERGENCY = 0
/** Somebody must act at once. */
export const ALERT = 1
/** A critical condition. */
export const CRITICAL = 2
/** An error. */
export const ERROR = 3
/** A warning. */
export const WARNING = 4
/** Normal, but significant. */
export const NOTICE = 5
/** For information. */
export const INFO = 6
/** For debugging. */
export const DEBUG = 7
/** More detailed than debug. Not a syslog severity: syslog sends it as debug. Set at start only. */
export const TRACE = 8

/** One of the constants of this file, `NONE` to `TRACE`. */
export type Level = number

/** Whether a value is a severity: a whole number, `EMERGENCY` to `TRACE`. */
export function isSeverity(level: unknown): boolean {
    const number = level as number
    // only a number is equal to what is rounded down
    return (
        number >= EMERGENCY && number <= TRACE && Math.floor(number) === level
    )
}

/** Names of the severities, EMERGENCY first, then that of NONE. */
export const LABELS = splitText(
    "EMERGENCY ALERT CRITICAL ERROR WARNING NOTICE INFO DEBUG TRACE NONE",
    " "
)
/** Names of all levels as in settings, for messages that say what is wanted. */
export const LEVEL_NAMES =
    "none, emergency, alert, critical, error, warning, notice, info, debug, trace"

/** Name of a level in lower case, as in settings. */
export function levelName(level: Level): string {
    return LABELS[level < 0 ? LABELS.length - 1 : level].toLowerCase()
}

/**
 * The words for each level, NONE first: name, name in syslog.conf, number. An `x` is before and
 * after each word, and each level has ROW characters, padded with `y`: a word in capitals has no
 * small letters, so it never matches more than one word.
 */
const WORDS =
    "xNONExyyyyyyyyyyyyyyxEMERGENCYxEMERGx0xyxALERTx1xyyyyyyyyyyyxCRITICALxCRITx2xyyyxERRORxERRx3xyyyyyyyxWARNINGxWARNx4xyyyyxNOTICEx5xyyyyyyyyyyxINFOx6xyyyyyyyyyyyyxDEBUGx7xyyyyyyyyyyyxTRACExyyyyyyyyyyyyy"
const ROW = 20

/**
 * Level of a name (`none` to `trace`, and `emerg`, `crit`, `err`, `warn`, in any case) or of a
 * number from 0 to 7; undefined for any other word.
 */
export function parseLevel(name: string): Level | undefined {
    const at = WORDS.indexOf(`x${name.toUpperCase()}x`)
    return at < 0 ? undefined : ((at / ROW) | 0) + NONE
}
