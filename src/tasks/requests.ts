import { BOOTED, CONCERNED, lookAgain, setState, UNCHECKED } from "./supervisor"
import { disarm } from "./timers"
import { awaitEnds } from "./awaiting"
import { admit, GO, isUp, WAIT } from "./dependencies"
import { begin, isLive } from "./lifecycle"
import { dropPlan, plan } from "./schedule"
import {
    ADMITTED,
    AGAIN,
    DUE,
    FAILED,
    HELD,
    PULL,
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
    const { state, options } = task
    if (isLive(task)) {
        if (state === "stopping") task.flags |= WANTED | AGAIN
        return
    }
    if (state === "waiting" && task.flags & HELD) return
    if (options.requires || options.after) {
        task.flags = (task.flags & ~ADMITTED) | PULL
        task.supervisor.flags |= UNCHECKED
    }
    // a field that is set takes heap, also to undefined: most tasks never restart
    if (task.attempts > 0) task.attempts = undefined
    if (task.recent) task.recent = undefined
    if (state === "scheduled" || state === "waiting") task.flags |= DUE
    else dropPlan(task)
    enqueue(task)
}

/** Has a task that is not running wait for what it depends on, and go on from there. */
export function enqueue(task: Task): void {
    const { supervisor } = task
    task.flags = (task.flags | WANTED | HELD) & ~FAILED
    disarm(task)
    const { requires, after } = task.options
    if (task.state !== "waiting") setState(task, "waiting")
    if (supervisor.flags & BOOTED && !requires && !after) proceed(task)
    else {
        supervisor.flags |= CONCERNED
        lookAgain(supervisor)
    }
}

/** Lets a held task go on if nothing is in its way any more. */
export function proceed(task: Task): void {
    const verdict = admit(task)
    task.flags &= ~PULL
    if (verdict === GO) {
        task.flags &= ~HELD
        if (task.flags & DUE || !plan(task)) begin(task)
    } else {
        task.supervisor.flags |= CONCERNED
        if (verdict === WAIT && task.state !== "waiting")
            setState(task, "waiting")
    }
}

/** See `Task.ready`. */
export function setReady(task: Task, up: boolean): void {
    if (up) task.flags &= ~UNREADY
    else {
        task.flags |= UNREADY
        stopDependents(task)
    }
    lookAgain(task.supervisor)
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
