import * as ds from "@devicescript/core"

/** Limits of a backoff. */
export interface BackoffOptions {
    /** First delay in ms; 250 by default. */
    minMs?: number
    /** Longest delay in ms, before jitter is taken off; 30 000 by default. */
    maxMs?: number
}

/** First delay when none is given, ms. */
export const BACKOFF_MIN_MS = 250
/** Longest delay when none is given, ms. */
export const BACKOFF_MAX_MS = 30000
/** Up to this part of each delay is random, so that a fleet does not come back as one. */
const JITTER = 0.3

/**
 * Fills in the defaults.
 * @throws RangeError when the limits are not 1 <= minMs <= maxMs
 */
export function completeBackoff(given: BackoffOptions = {}): BackoffOptions {
    const minMs = given.minMs ?? BACKOFF_MIN_MS
    const maxMs = given.maxMs ?? Math.max(BACKOFF_MAX_MS, minMs)
    if (!(minMs >= 1 && maxMs >= minMs))
        throw new RangeError(
            `backoff: ${minMs} to ${maxMs} ms, wanted 1 <= minMs <= maxMs`
        )
    return { minMs, maxMs }
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
