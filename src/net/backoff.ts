import { optionError, OptionTable, readOptions } from "../platform"

/** Limits of a backoff. */
export interface BackoffOptions {
    /** First delay in ms; 250 by default. */
    minMs?: number
    /** Longest delay in ms, before jitter is taken off; 30 000 by default. */
    maxMs?: number
}

/** Longest delay when none is given, ms. */
export const BACKOFF_MAX_MS = 30000
/** Up to this part of each delay is random, so that a fleet does not come back as one. */
const JITTER = 0.3

const OPTIONS: OptionTable = `
    minMs: ms 1 3600000 = 250
    maxMs: ms 1 86400000
`

/**
 * Fills in the defaults.
 * @throws OPTION_ERROR when the limits are not 1 <= minMs <= maxMs
 */
export function completeBackoff(given?: BackoffOptions): BackoffOptions {
    const options = readOptions<BackoffOptions>("backoff", OPTIONS, given)
    const { minMs, maxMs } = options
    if (maxMs === undefined) options.maxMs = Math.max(BACKOFF_MAX_MS, minMs)
    else if (maxMs < minMs)
        throw optionError("backoff", "maxMs", `minMs (${minMs}) or more`, maxMs)
    return options
}

/**
 * The next step of delays that double up to the limit.
 * @param step the one before, ms; undefined at first, and again after a success that held
 */
export function nextStep(
    { minMs, maxMs }: BackoffOptions,
    step: number | undefined
): number {
    return step === undefined ? minMs : Math.min(step * 2, maxMs)
}

/** The delay of a step, ms: at most the whole of it, at least 70 %. */
export function delayOf(step: number): number {
    return Math.round(step * (1 - JITTER * Math.random()))
}
