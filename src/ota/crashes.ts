/** What is seen of tasks; a registry has it. */
export interface TaskView {
    names(): string[]
    get(name: string): { state: string; restarts: number }
    /** Of the device: whether only core tasks run, as starts were too short. */
    deviceStats(): { safe: boolean }
}

/** So many restarts of a task, at a mean distance below the other, are a loop of crashes. */
const LOOP_RESTARTS = 3
const LOOP_PERIOD_MS = 5000
/** How long after the start restarts are counted, ms: a delay that doubles hides a loop later. */
const WATCH_MS = 120000

/**
 * Finds tasks that crash again and again, or have failed for good.
 * @param known names that were found already; new ones are added
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
