import { RestartPolicy } from "./options"

// When a task that ended is started again (T8). Pure: what is known of the run is passed in.

/**
 * Whether a run that ended by itself is to be followed by a restart.
 * @param hasPlan a task with a plan that has returned waits for its next planned run instead
 */
export function wantsRestart(
    policy: RestartPolicy,
    hasFailed: boolean,
    hasPlan: boolean
): boolean {
    if (policy === "always") return hasFailed || !hasPlan
    return policy === "on-failure" && hasFailed
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
 * Counts a restart at `now` against the limit of so many in so long, on the monotonic clock.
 * @param recent times of the restarts before it; those outside of the window are taken out
 * @returns false when it is one too many
 */
export function admitRestart(
    recent: number[],
    now: number,
    limit: number,
    window: number
): boolean {
    while (recent.length > 0 && recent[0] < now - window) recent.insert(0, -1)
    if (recent.length >= limit) return false
    recent.push(now)
    return true
}
