/**
 * What a device plays, as numbers with blanks between: pairs of a value and the milliseconds
 * it holds. The value is a brightness from 0 to 1 for a light, a frequency in Hz for a buzzer,
 * and 0 is off. Each pattern ends with a pause, so that two in a row can be told apart.
 * A text, since it stays in flash: as arrays all patterns together would take 1 KB of heap.
 */
export type Pattern = string

/**
 * Patterns by severity, 0 (emergency) to 8 (trace), then `BEAT`; undefined plays nothing, as do
 * severities past the end.
 */
export type PatternTable = (Pattern | undefined)[]

/**
 * Full brightness only: a light that cannot be dimmed shows the same. The VM sends at most one
 * command each 20 ms, so a step of less than 40 ms may not be seen.
 */
const LED_BEAT: Pattern = "1 40 0 100"
const LED_INFO: Pattern = "1 100 0 150"
const LED_WARNING: Pattern = "1 80 0 80 1 80 0 80 1 80 0 200"
const LED_ERROR: Pattern = "1 500 0 150 1 500 0 350"
const LED_CRITICAL: Pattern = "1 250 0 100 1 250 0 100 1 250 0 100 1 900 0 350"

/** One short blink for info, three for a warning, two long ones for an error. */
export function ledPatterns(): PatternTable {
    // made when a pattern is played: kept, the table would take 100 bytes of heap
    return [
        LED_CRITICAL,
        LED_CRITICAL,
        LED_CRITICAL,
        LED_ERROR,
        LED_WARNING,
        LED_INFO,
        LED_INFO,
        LED_INFO,
        LED_INFO,
        LED_BEAT,
    ]
}

const TONE_ERROR: Pattern = "880 200 0 50 440 400 0 250"
const TONE_CRITICAL: Pattern =
    "1760 150 0 50 1760 150 0 50 1760 150 0 50 880 600 0 300"

/** Silent below error: a falling tone for an error, three high ones before it when worse. */
export function buzzerPatterns(): PatternTable {
    return [TONE_CRITICAL, TONE_CRITICAL, TONE_CRITICAL, TONE_ERROR]
}
