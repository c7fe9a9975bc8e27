import { Failure } from "./failure"
import { TaskState } from "./states"
import type { Task } from "./task"

/** State of one task as plain data; the field names are stable. Times: ms since start. */
export interface TaskStatus {
    name: string
    state: TaskState
    since: number
    /** Since, as Unix time in ms; undefined while the wall clock is unknown. */
    sinceWall: number | undefined
    doneAt: number | undefined
    next: number | undefined
    runs: number
    restarts: number
    skipped: number
    result: any
    error: Failure | undefined
    /** How long ago `since` is, in ms. */
    ago: number
}

/** State of `task` at this moment. */
export function statusOf(task: Task): TaskStatus {
    const { clock } = task.supervisor
    const now = clock.millis()
    const wall = clock.wall()
    return {
        name: task.name,
        state: task.state,
        since: task.since,
        sinceWall: wall === undefined ? undefined : wall - now + task.since,
        doneAt: task.doneAt,
        next: task.next,
        runs: task.runs,
        restarts: task.restartCount || 0,
        skipped: task.skipped || 0,
        result: task.result,
        error: task.error,
        ago: now - task.since,
    }
}
