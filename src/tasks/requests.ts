import { awaitEnds } from "./awaiting"
import { admit, GO, isUp, WAIT } from "./dependencies"
import { begin, isLive } from "./lifecycle"
import { requestDelete } from "./remove"
import { plan } from "./schedule"
import {
    ADMITTED,
    AGAIN,
    DISABLED,
    DUE,
    FAILED,
    HELD,
    UNREADY,
    WANTED,
} from "./states"
import { requestStop, stopDependents } from "./stopping"
import type { Task } from "./task"

/**
 * Starts a task, and what it requires: one that is stopping starts again after its end, one that
 * is scheduled or waits for its restart runs now, one that runs already is left alone.
 */
export function startTask(task: Task): void {
    if (task.options.requires) startRequired(task)
    startOne(task)
}

/** Starts what `task` requires, and what that requires; the deepest first. */
function startRequired(task: Task): void {
    const needed = [task]
    for (let i = 0; i < needed.length; ++i) {
        const { options, supervisor } = needed[i]
        for (const name of options.requires || []) {
            const other = supervisor.find(name)
            if (other && isNeeded(other) && !needed.includes(other))
                needed.push(other)
        }
    }
    for (let i = needed.length - 1; i > 0; --i) startOne(needed[i])
}

/** Whether a required task has to be started along. */
function isNeeded(task: Task): boolean {
    if (isLive(task) || isUp(task)) return false
    return !(task.flags & DISABLED) && task.state !== "scheduled"
}

function startOne(task: Task): void {
    const { state } = task
    if (isLive(task)) {
        if (state !== "stopping") return
        task.flags |= WANTED | AGAIN
        return
    }
    if (state === "waiting" && task.flags & HELD) return
    if (task.options.requires || task.options.after) {
        task.flags &= ~ADMITTED
        task.supervisor.unchecked = true
    }
    task.attempts = undefined
    task.recent = undefined
    if (state === "scheduled") task.flags |= DUE
    else {
        task.next = undefined
        task.nextWall = undefined
    }
    enqueue(task)
}

/** Has a task that is not running wait for what it depends on, and go on from there. */
export function enqueue(task: Task): void {
    const { supervisor } = task
    task.flags = (task.flags | WANTED | HELD) & ~FAILED
    supervisor.timers.disarm(task)
    const { requires, after } = task.options
    if (task.state !== "waiting") supervisor.setState(task, "waiting")
    if (supervisor.booted && !requires && !after) proceed(task)
    else supervisor.reconsider()
}

/** Lets a held task go on if nothing is in its way any more. */
export function proceed(task: Task): void {
    const verdict = admit(task)
    if (verdict === GO) {
        task.flags &= ~HELD
        if (task.flags & DUE || !plan(task)) begin(task)
    } else if (verdict === WAIT && task.state !== "waiting")
        task.supervisor.setState(task, "waiting")
}

/** See `Task.ready`. */
export function setReady(task: Task, up: boolean): void {
    if (up) task.flags &= ~UNREADY
    else {
        task.flags |= UNREADY
        stopDependents(task)
    }
    task.supervisor.reconsider()
}

/** Stops the dependents of a task that has ended, unless it counts as up all the same. */
export function dropDependents(task: Task): void {
    if (!isUp(task)) stopDependents(task)
}

/** See `Task.stop`. */
export async function stopTask(task: Task): Promise<void> {
    task.flags &= ~WANTED
    requestStop(task)
    await awaitEnds(task.supervisor, [task])
}

/** Asks for a restart; the task starts again when its present run has ended. */
export function requestRestart(task: Task): void {
    requestStop(task)
    if (isLive(task)) task.flags |= WANTED | AGAIN
    else {
        task.flags &= ~WANTED
        startTask(task)
    }
}

/** See `Task.restart`. */
export async function restartTask(task: Task): Promise<void> {
    requestRestart(task)
    await awaitEnds(task.supervisor, [task])
}

/** Stops a task and takes it out of the registry, its children with it. */
export async function deleteTask(task: Task): Promise<void> {
    requestDelete(task)
    await awaitEnds(task.supervisor, [task])
}
