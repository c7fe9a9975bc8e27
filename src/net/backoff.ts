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
 * Delays between attempts: doubled each time up to a limit, less a random part.
 *
 * @devsWhenUsed
 */
export class Backoff {
    private readonly minMs: number
    private readonly maxMs: number
    private current: number

    /** @throws RangeError when the limits are not 1 <= minMs <= maxMs */
    constructor(options: BackoffOptions = {}) {
        const minMs = options.minMs ?? BACKOFF_MIN_MS
        const maxMs = options.maxMs ?? Math.max(BACKOFF_MAX_MS, minMs)
        if (!(minMs >= 1 && maxMs >= minMs))
            throw new RangeError(
                `backoff: ${minMs} to ${maxMs} ms, wanted 1 <= minMs <= maxMs`
            )
        this.current = this.minMs = minMs
        this.maxMs = maxMs
    }

    /** Delay before the next attempt, ms: at most the full step, at least 70 % of it. */
    next(): number {
        const step = this.current
        this.current = Math.min(step * 2, this.maxMs)
        return Math.round(step * (1 - JITTER * Math.random()))
    }

    /** Starts again from the first delay, after a success that held. */
    reset(): void {
        this.current = this.minMs
    }
}
