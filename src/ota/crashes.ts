/** What is seen of tasks; a registry has it. */
export interface TaskView {
    names(): string[]
    get(name: string): { state: string; restarts: number }
}

/** So many restarts of a task, at a mean distance below the other, are a loop of crashes. */
const LOOP_RESTARTS = 3
const LOOP_PERIOD_MS = 5000
/** How long after the start tasks are looked at, ms: a delay that doubles hides a loop later. */
const WATCH_MS = 120000

/**
 * Finds tasks that crash again and again, or have failed for good.
 * @devsWhenUsed
 */
export class CrashWatch {
    /** Names of those that do, in order of discovery. */
    readonly names: string[] = []
    private readonly since: number

    /** @param now uptime, ms */
    constructor(
        private readonly tasks: TaskView | undefined,
        now: number
    ) {
        this.since = now
    }

    /** Looks at all tasks; to be called about once a second. */
    look(now: number): void {
        if (!this.tasks) return
        const elapsed = now - this.since
        for (const name of this.tasks.names()) {
            if (this.names.indexOf(name) >= 0) continue
            const { state, restarts } = this.tasks.get(name)
            const count = elapsed < WATCH_MS ? (restarts ?? 0) : 0
            const isLoop =
                count >= LOOP_RESTARTS && elapsed < count * LOOP_PERIOD_MS
            if (state === "failed" || isLoop) this.names.push(name)
        }
    }
}
