import { RestartPolicy } from "./options"

// When a task that ended is started again (T8). Pure: what is known of the run is passed in.

/** What is known of the restarts of a task. */
export interface RecentRestarts {
    /** Times of those within the window, in ms on the monotonic clock. */
    readonly times: number[]
    /** How many there were since the last healthy run; sets the delay of the next. */
    attempts: number
}

/**
 * Whether a restart follows a run that ended by itself.
 * @param hasPlan a task with a plan that has returned waits for its next planned run instead
 */
export function wantsRestart(
    policy: RestartPolicy,
    hasFailed: boolean,
    hasPlan: boolean
): boolean {
    if (hasFailed) return policy !== "never"
    return policy === "always" && !hasPlan
}

/** Delay of a restart in ms: it doubles with each one since the last healthy run, to its ceiling. */
export function restartDelay(
    delay: number,
    ceiling: number,
    attempts: number
): number {
    let ms = delay
    for (let i = 0; i < attempts && ms < ceiling; ++i) ms *= 2
    return Math.min(ms, ceiling)
}

/**
 * Counts a restart at `now` against the limit of restarts within the window.
 * @param times of the restarts before it; those outside of the window are taken out
 * @returns false when it is one too many
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
