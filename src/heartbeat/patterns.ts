/**
 * What a device plays, as numbers separated by single spaces: pairs of a value and its duration in
 * ms. The value is a brightness from 0 to 1 for a light, a frequency in Hz for a buzzer; 0 is off.
 * Each pattern ends with a pause, so that two in a row can be distinguished. It is a text, since a
 * text stays in flash and an array takes heap.
 */
export type Pattern = string

/**
 * Patterns by severity: 0 (emergency) to 8 (trace), then 9 (`BEAT`). A severity whose pattern is
 * undefined or missing plays nothing.
 */
export type PatternTable = (Pattern | undefined)[]

/**
 * All patterns use full brightness, so that a light that cannot be dimmed shows the same. No step
 * is shorter than 40 ms: the VM sends at most one command in 20 ms, so a shorter one may be lost.
 */
const LED_BEAT: Pattern = "1 40 0 100"
const LED_INFO: Pattern = "1 100 0 150"
const LED_WARNING: Pattern = "1 80 0 80 1 80 0 80 1 80 0 200"
const LED_ERROR: Pattern = "1 500 0 150 1 500 0 350"
const LED_CRITICAL: Pattern = "1 250 0 100 1 250 0 100 1 250 0 100 1 900 0 350"

/**
 * The default patterns of a light: one short blink for notice and below, three for a warning, two
 * long ones for an error, three short and a long one for anything worse.
 */
export function ledPatterns(): PatternTable {
    // made at each use, since a table that is kept takes heap
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

/**
 * The default patterns of a buzzer: two falling tones for an error, three high tones and a long
 * lower one for anything worse, silence for the rest.
 */
export function buzzerPatterns(): PatternTable {
    return [TONE_CRITICAL, TONE_CRITICAL, TONE_CRITICAL, TONE_ERROR]
}
