import { Failure } from "./failure"
import { isLive } from "./lifecycle"
import { logMark } from "./loggers"
import { DISABLED, HELD, TaskState } from "./states"
import type { Task } from "./task"
import { waitsFor } from "./reason"

/** Where the last line of a task is found; the ring of the log is one. */
export interface LineSource {
    /** The last `limit` lines that contain `text`, oldest first. */
    grep(text: string, limit: number): string[]
}

/**
 * State of one task as plain data; the field names are stable. Times without "Wall" are ms since
 * the start of the firmware; those with it are Unix ms, and undefined while the wall clock is
 * unknown. What does not apply is undefined.
 */
export interface TaskStatus {
    name: string
    state: TaskState
    /** Last change of state. */
    since: number
    sinceWall: number
    /** How long ago that was, in ms. */
    ago: number
    /** Start and end of the last run. */
    startedAt: number
    doneAt: number
    doneWall: number
    /** Next planned run, or restart. */
    next: number
    nextWall: number
    /** Runs begun, restarts, planned runs left out, all since boot. */
    runs: number
    restarts: number
    skipped: number
    result: any
    /** What the last run that failed has failed with. */
    error: Failure
    /** What a waiting task waits for, for people. */
    waitsFor: string
    disabled: boolean
    /** Name of the task that this one is a child of. */
    parent: string
    /** The task's last log line. */
    lastLine: string
}

/** State of `task` at this moment. */
export function statusOf(task: Task, lines?: LineSource): TaskStatus {
    const { clock } = task.supervisor
    const now = clock.millis()
    const wall = clock.wall()
    const toWall = (time: number) =>
        wall === undefined || time === undefined ? undefined : wall - now + time
    const next = isLive(task) || task.due === undefined ? task.next : task.due
    return {
        name: task.name,
        state: task.state,
        since: task.since,
        sinceWall: toWall(task.since),
        ago: now - task.since,
        startedAt: startOf(task),
        doneAt: task.doneAt,
        doneWall: toWall(task.doneAt),
        next,
        nextWall: toWall(next),
        runs: task.runs || 0,
        restarts: task.restarts || 0,
        skipped: task.skipped || 0,
        result: task.result,
        error: task.error,
        waitsFor: waitsFor(task),
        disabled: !!(task.flags & DISABLED),
        parent: task.parent ? task.parent.name : undefined,
        lastLine: lines ? lastLine(task.name, lines) : undefined,
    }
}

/** Start of the present or last run. */
export function startOf(task: Task): number {
    return task.state === "running" ? task.since : task.startedAt
}

function lastLine(name: string, lines: LineSource): string {
    return lines.grep(`[${logMark(name)}]`, 1)[0]
}
