import { Failure } from "./failure"
import { isLive } from "./lifecycle"
import { logMark } from "./loggers"
import { DISABLED, TaskState } from "./states"
import type { Task } from "./task"
import { waitsFor } from "./reason"

/**
 * State of one task as plain data; the field names are stable, and a field that does not apply
 * is left out. Times are ms since the start of the firmware; those with "Wall" are Unix ms, and
 * left out while the wall clock is unknown.
 */
export interface TaskStatus {
    name: string
    state: TaskState
    /** Last change of state. */
    since: number
    sinceWall?: number
    /** How long ago that was, in ms. */
    ago: number
    /** Start of the present or last run, end of the last one. */
    startedAt?: number
    doneAt?: number
    doneWall?: number
    /** Next planned run, or restart. */
    next?: number
    nextWall?: number
    /** Runs begun since boot. */
    runs: number
    /** Restarts, and planned runs left out, since boot. */
    restarts?: number
    skipped?: number
    result?: any
    /** What the last run that failed has failed with. */
    error?: Failure
    /** What a waiting task waits for, for people. */
    waitsFor?: string
    disabled?: boolean
    /** Name of the task that this one is a child of. */
    parent?: string
    /** The task's last log line. */
    lastLine?: string
}

/**
 * State of `task` at this moment.
 * @param lines the last lines of tasks, by mark
 */
export function statusOf(
    task: Task,
    lines: Record<string, string>
): TaskStatus {
    const { name, state, since, runs, flags, parent } = task
    const now = task.supervisor.clock.millis()
    const status: TaskStatus = {
        name,
        state,
        since,
        ago: now - since,
        runs: runs ?? 0,
    }
    put(status, "startedAt", startOf(task))
    put(status, "doneAt", task.doneAt)
    put(status, "next", nextOf(task))
    addWall(task, status, now)
    put(status, "restarts", task.restarts)
    put(status, "skipped", task.skipped)
    put(status, "result", task.result)
    put(status, "error", task.error)
    put(status, "waitsFor", waitsFor(task))
    if (flags & DISABLED) status.disabled = true
    if (parent) status.parent = parent.name
    put(status, "lastLine", lines[logMark(name)])
    return status
}

function put(status: any, field: keyof TaskStatus, value: any): void {
    if (value !== undefined) status[field] = value
}

function addWall(task: Task, status: TaskStatus, now: number): void {
    const wall = task.supervisor.clock.wall()
    if (wall === undefined) return
    const offset = wall - now
    status.sinceWall = offset + status.since
    if (status.doneAt !== undefined) status.doneWall = offset + status.doneAt
    if (status.next !== undefined) status.nextWall = offset + status.next
}

/** Next planned run or restart. */
function nextOf(task: Task): number {
    if (task.due !== undefined && !isLive(task)) return task.due
    const { every } = task.options
    const late = task.supervisor.clock.millis() - task.next
    // while a run goes on, the planned times that have passed are as good as skipped
    return late > 0 && every > 0
        ? task.next + Math.ceil(late / every) * every
        : task.next
}

/** Start of the present or last run. */
export function startOf(task: Task): number {
    return task.state === "running" ? task.since : task.startedAt
}
