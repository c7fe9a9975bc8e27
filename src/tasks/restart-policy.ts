import { RestartPolicy } from "./options"

// When a task that ended is started again (T8). Pure functions: all they need is passed in.

/** What is known of the restarts of a task. */
export interface RecentRestarts {
    /** Times of the restarts within the window, oldest first, in ms on the monotonic clock. */
    readonly times: number[]
    /** Restarts since the last healthy run; they set the delay of the next one. */
    attempts: number
}

/** More would not fit into the VM's integers; the delay is over every limit long before. */
const MAX_DOUBLINGS = 30

/**
 * Whether a restart follows a run that nobody stopped. A task that has returned waits for its
 * planned run, if it has one.
 */
export function wantsRestart(
    policy: RestartPolicy,
    hasFailed: boolean,
    isPlanned: boolean
): boolean {
    return hasFailed ? policy !== "never" : !isPlanned && policy === "always"
}

/** Delay of a restart in ms: doubles with each one since the last healthy run, up to `ceiling`. */
export function restartDelay(
    delay: number,
    ceiling: number,
    attempts: number
): number {
    return Math.min(delay * (1 << Math.min(attempts, MAX_DOUBLINGS)), ceiling)
}

/**
 * Counts a restart at `now` against the limit of restarts within the window.
 * @param times of the restarts before it, in ms; those outside the window are removed
 * @param limit most restarts within `window` ms
 * @returns false when it exceeds the limit; then it is not counted
 */
export function admitRestart(
    times: number[],
    now: number,
    limit: number,
    window: number
): boolean {
    while (times.length > 0 && times[0] < now - window) times.insert(0, -1)
    if (times.length >= limit) return false
    times.push(now)
    return true
}
