import { failTask } from "./fail"
import { lookAgain } from "./supervisor"
import { isLive } from "./lifecycle"
import { startTask } from "./requests"
import {
    CORE,
    DISABLED,
    DROPPED,
    FAILED,
    HELD,
    PULL,
    UNREADY,
    WANTED,
} from "./states"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"

/**
 * Whether `task` is up for those that require it: its body runs, or has returned without an
 * error. A running one with the option `notify` is up once it has said so.
 */
export function isUp(task: Task): boolean {
    const { state, flags } = task
    if (state === "running") return !(flags & UNREADY)
    if (state === "done") return true
    return state === "scheduled" && task.runs > 0 && !(flags & FAILED)
}

/** Whether `task` has been started and is still about to come up. */
export function isComing(task: Task): boolean {
    const { state, flags } = task
    if (!(flags & WANTED)) return false
    if (state === "running") return !!(flags & UNREADY)
    return state === "starting" || (state === "waiting" && !!(flags & HELD))
}

/** Whether `task` names `other` in `requires`. */
export function requires(task: Task, other: Task): boolean {
    const names = task.options.requires
    return !!names && names.includes(other.name)
}

/** Whether `task` still has to stop because `required`, which it requires, went down. */
function isLeaving(task: Task, required: Task): boolean {
    return isLive(task) && !!(task.flags & HELD) && requires(task, required)
}

/** What `admit` says of a held task: it may go on, has to wait, or cannot start. */
export const GO = 0
export const WAIT = 1
export const STUCK = 2

/**
 * Whether a held task may go on. A requirement that cannot be met makes it `failed`, said once;
 * one that is not up yet, or an `after` that is still coming, lets it wait.
 * @returns GO, WAIT or STUCK
 */
export function admit(task: Task): number {
    const { supervisor, options, flags } = task
    if (flags & DROPPED) {
        if (supervisor.tasks.some(other => isLeaving(other, task))) return WAIT
        task.flags &= ~DROPPED
    }
    for (const name of options.requires || []) {
        const other = supervisor.byName[name]
        if (other && isUp(other)) continue
        if (flags & PULL && other) pull(other)
        const problem = obstacle(other)
        if (!problem) return WAIT
        stick(task, `requires "${name}": ${problem}`)
        return STUCK
    }
    for (const name of options.after || [])
        if (isInTheWay(task, supervisor.byName[name])) return WAIT
    if (flags & CORE || task.parent) return GO
    return isCoreComing(supervisor) ? WAIT : GO
}

/** Fails a task that cannot start for now, and says why, once. It stays wanted and held. */
function stick(task: Task, why: string): void {
    if (task.state === "failed" && task.error.message === why) return
    failTask(task, why)
    task.supervisor.reports.error(
        'task "{0}" cannot start: {1}',
        task.name,
        why
    )
}

/** Has a required task started along with one that was just started. */
function pull(other: Task): void {
    if (!(other.flags & (WANTED | DISABLED)) && !isLive(other)) startTask(other)
    else if (other.flags & HELD) {
        other.flags |= PULL
        lookAgain(other.supervisor)
    }
}

/** Why a required task that is not up will not come up by itself, or undefined. */
function obstacle(other: Task): string | undefined {
    if (!other) return "no such task"
    if (isLive(other)) return undefined
    if (other.flags & DISABLED) return "disabled"
    return other.state === "failed" ? "failed" : undefined
}

/** A core task does not wait for one that is not: that one waits for all core tasks. */
function isInTheWay(task: Task, other: Task): boolean {
    if (!other || !isComing(other)) return false
    return !(task.flags & CORE) || !!(other.flags & CORE)
}

function isCoreComing(supervisor: Supervisor): boolean {
    for (const task of supervisor.core) if (isComing(task)) return true
    return false
}
