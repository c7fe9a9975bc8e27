import type { TaskStatus } from "./client/types.ts"

/**
 * How long the last run of a task took, in ms; undefined of a task that never ran, and while another
 * run is under way, since `lasted` is the time of that one then.
 */
export function lastRunTook(task: TaskStatus): number | undefined {
    const { state, doneAt, lasted } = task
    const isUnderWay = state === "running" || state === "stopping"
    return isUnderWay || doneAt === undefined ? undefined : lasted
}
