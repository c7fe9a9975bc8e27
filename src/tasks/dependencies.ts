import { fail, isLive } from "./lifecycle"
import { requestStop, startTask } from "./requests"
import { DISABLED, FAILED, HELD, UNREADY, WANTED } from "./states"
import type { Task } from "./task"

/**
 * Whether `task` is up for those that require it: its body runs, or has returned without an
 * error. One with the option `notify` is up once it has said so.
 */
export function isUp(task: Task): boolean {
    if (task.flags & UNREADY) return false
    const { state } = task
    if (state === "running" || state === "done") return true
    return state === "scheduled" && task.runs > 0 && !(task.flags & FAILED)
}

/** Whether `task` is still about to come up for the first time since it was started. */
function isComing(task: Task): boolean {
    const { state, flags } = task
    if (!(flags & WANTED)) return false
    if (state === "running") return !!(flags & UNREADY)
    return state === "starting" || (state === "waiting" && !!(flags & HELD))
}

function requires(task: Task, other: Task): boolean {
    const names = task.options.requires
    return !!names && names.includes(other.name)
}

/** The live tasks that require `task`. */
export function liveDependents(task: Task): Task[] {
    return task.supervisor.tasks.filter(
        other => isLive(other) && requires(other, task)
    )
}

/**
 * Whether a waiting task may start. A requirement that cannot be met makes it `failed`; one that
 * is not up yet, or an `after` that is still coming, lets it wait.
 */
export function isAdmissible(task: Task): boolean {
    const { supervisor, options } = task
    for (const name of options.requires || []) {
        const problem = obstacle(task, name)
        if (problem === undefined) continue
        if (problem && task.state !== "failed")
            fail(task, "Requires", `${name}: ${problem}`)
        return false
    }
    for (const name of options.after || []) {
        const other = supervisor.find(name)
        if (other && isComing(other)) return false
    }
    if (!options.core && !task.parent)
        for (const other of supervisor.tasks)
            if (other.options.core && isComing(other)) return false
    return true
}

/** Why `name` keeps `task` from starting: undefined if it does not, "" while it is coming. */
function obstacle(task: Task, name: string): string | undefined {
    const other = task.supervisor.find(name)
    if (!other) return "no such task"
    if (isUp(other)) return undefined
    if (other.flags & DISABLED && !isLive(other)) return "disabled"
    if (other.state === "failed") return "failed"
    if (!(other.flags & WANTED)) startTask(other)
    return ""
}

/** Stops the live tasks that require `task`, if it is not up: they wait for it to be back. */
export function dropDependents(task: Task): void {
    if (isUp(task)) return
    for (const other of liveDependents(task)) {
        other.flags |= HELD
        requestStop(other)
    }
}
