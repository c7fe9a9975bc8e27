import { sha256 } from "../platform"

/** What the updates need of the tasks; `TaskRegistry` has it. */
export interface TaskView {
    names(): string[]
    get(name: string): { state: string; restarts: number }
    /** `safe`: whether the device is in safe mode, in which only core tasks run. */
    deviceStats(): { safe: boolean }
    /** `state`: `stopping` before a restart, whoever wants it. */
    summary(): { state: string }
}

/** Number of restarts of a task from which on they can be a crash loop. */
const LOOP_RESTARTS = 3
/** Restarts at a mean distance below this are a crash loop, ms. */
const LOOP_PERIOD_MS = 5000
/** How long after the start a loop is looked for, ms: later, growing restart delays hide it. */
const WATCH_MS = 120000

/** Number of bits that names of tasks have: the record of versions has room for no more. */
const MARK_BITS = 23

/**
 * A bit that tells the name of a task from most others, so that one number can say which tasks fail.
 */
export function markOf(name: string): number {
    return 1 << ((sha256([name])[0] | 0) % MARK_BITS)
}

/**
 * Finds tasks that are in a crash loop or have failed for good.
 * @param known names that were found already; new ones are added to it
 * @param elapsed time since the start, ms
 */
export function findFailing(
    tasks: TaskView,
    known: string[],
    elapsed: number
): void {
    for (const name of tasks.names()) {
        const { state, restarts } = tasks.get(name)
        const isLoop =
            elapsed < WATCH_MS &&
            restarts >= LOOP_RESTARTS &&
            elapsed < restarts * LOOP_PERIOD_MS
        if ((state === "failed" || isLoop) && known.indexOf(name) < 0)
            known.push(name)
    }
}
