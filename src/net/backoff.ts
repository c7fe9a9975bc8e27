import { optionError, OptionTable, readOptions } from "../platform"

/** Limits of the delays between attempts, which double from one to the next. */
export interface BackoffOptions {
    /** First delay, 1 to 3 600 000 ms; 250 by default. */
    minMs?: number
    /**
     * Longest delay before jitter is taken off, `minMs` to 86 400 000 ms; 30 000 by default, or
     * `minMs` if that is more.
     */
    maxMs?: number
}

/** Longest delay by default, ms. */
export const BACKOFF_MAX_MS = 30000
/** Largest part of a delay that jitter takes off, so that a fleet does not come back all at once. */
const JITTER = 0.3

const OPTIONS: OptionTable = `
    minMs: ms 1 3600000 = 250
    maxMs: ms 1 86400000
`

/**
 * Fills in the defaults.
 * @throws OPTION_ERROR for a delay out of its limits
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
 * The next delay without jitter, ms: twice the one before, up to the limit.
 * @param step the delay before, ms; undefined at first, and again after a success that held
 */
export function nextStep(
    { minMs, maxMs }: BackoffOptions,
    step: number | undefined
): number {
    return step === undefined ? minMs : Math.min(step * 2, maxMs)
}

/** A delay with its jitter, ms: 70 to 100 % of `step`, at random. */
export function delayOf(step: number): number {
    return Math.round(step * (1 - JITTER * Math.random()))
}
