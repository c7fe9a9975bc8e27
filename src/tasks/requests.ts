import * as ds from "@devicescript/core"
import { resumeFiber } from "../platform"
import { isAdmissible, liveDependents } from "./dependencies"
import { liveChildren } from "./children"
import { begin, isLive } from "./lifecycle"
import { scheduleFirst } from "./schedule"
import { effective } from "./settings"
import {
    AGAIN,
    DELETED,
    DISABLED,
    FAILED,
    HELD,
    PARKED,
    STOP,
    WANTED,
    WINDING,
} from "./states"
import type { Task } from "./task"
import { isCancelled, untilSettled } from "./waits"
import { TaskStopped } from "./errors"

/** See `Task.start`. */
export function startTask(task: Task): void {
    if (isLive(task)) {
        task.flags |= WANTED
        if (task.state === "stopping") task.flags |= AGAIN
        return
    }
    if (task.flags & WANTED && task.state !== "failed") return
    task.attempts = 0
    task.restarts = undefined
    enqueue(task)
}

/** Has a task that is not running wait for its dependencies, and start or be scheduled then. */
export function enqueue(task: Task): void {
    task.flags = (task.flags | WANTED | HELD) & ~FAILED
    task.supervisor.timers.disarm(task)
    task.supervisor.setState(task, "waiting")
    if (task.supervisor.booted) proceed(task)
}

/** Lets a waiting task go on if nothing it depends on is in its way any more. */
export function proceed(task: Task): void {
    if (!isAdmissible(task)) return
    task.flags &= ~HELD
    if (!scheduleFirst(task)) begin(task)
}

/**
 * Asks for a stop: dependents first, then children, then the task itself. Returns at once;
 * asking again changes nothing.
 */
export function requestStop(task: Task): void {
    const { supervisor } = task
    task.flags &= ~AGAIN
    if (!isLive(task)) {
        supervisor.timers.disarm(task)
        supervisor.setState(
            task,
            task.flags & DISABLED ? "disabled" : "stopped"
        )
        return
    }
    if (task.state === "stopping") return
    supervisor.timers.disarm(task)
    supervisor.setState(task, "stopping")
    for (const other of liveDependents(task)) {
        other.flags |= HELD
        requestStop(other)
    }
    for (const child of liveChildren(task)) {
        child.flags &= ~WANTED
        requestStop(child)
    }
    cancelWhenClear(task)
}

/** Cancels a stopping task once nothing that has to stop before it is left. */
export function cancelWhenClear(task: Task): void {
    if (task.state !== "stopping" || task.flags & (STOP | WINDING)) return
    if (liveDependents(task).length || liveChildren(task).length) return
    const { supervisor } = task
    task.flags |= STOP
    supervisor.arm(task, supervisor.clock.millis() + effective(task, "grace"))
    if (task.flags & PARKED) resumeFiber(task.fiber)
}

/** The task whose own fiber is calling, or undefined. */
function callingTask(task: Task): Task | undefined {
    const self = ds.Fiber.self()
    for (const other of task.supervisor.tasks)
        if (other.fiber === self) return other
    return undefined
}

/** Whether `task` is `ancestor` or one of its descendants. */
function isWithin(task: Task, ancestor: Task): boolean {
    while (task && task !== ancestor) task = task.parent
    return !!task
}

/**
 * Waits for the end of the present run of `task` on behalf of whoever calls. A task that waits
 * for its own end, or for that of an ancestor, would wait for ever: its body gets `TaskStopped`
 * instead, and its cleanups and hooks go on at once.
 */
export async function awaitEnd(task: Task): Promise<void> {
    const caller = callingTask(task)
    const inner = caller && isWithin(caller, task)
    if (inner && caller.flags & WINDING) return
    const { runs } = task
    while (isLive(task) && task.runs === runs) {
        if (inner) throw new TaskStopped(caller.name)
        if (caller) caller.flags |= PARKED
        await untilSettled(task)
        if (caller) {
            caller.flags &= ~PARKED
            if (isCancelled(caller)) throw new TaskStopped(caller.name)
        }
    }
}

/** See `Task.stop`. */
export async function stopTask(task: Task): Promise<void> {
    task.flags &= ~WANTED
    requestStop(task)
    await awaitEnd(task)
}

/** See `Task.restart`. */
export async function restartTask(task: Task): Promise<void> {
    if (!isLive(task)) {
        requestStop(task)
        task.flags &= ~WANTED
        startTask(task)
        return
    }
    requestStop(task)
    task.flags |= AGAIN | WANTED
    await awaitEnd(task)
}

/** Stops a task and takes it out of the registry, its children with it. */
export async function deleteTask(task: Task): Promise<void> {
    task.flags &= ~WANTED
    task.flags |= DELETED
    requestStop(task)
    if (isLive(task)) await awaitEnd(task)
    else removeTask(task)
}

/** Takes a task that is not running out of the registry. */
export function removeTask(task: Task): void {
    const { supervisor } = task
    supervisor.timers.disarm(task)
    const { tasks } = supervisor
    const at = tasks.indexOf(task)
    if (at >= 0) tasks.insert(at, -1)
    for (const child of tasks.filter(other => other.parent === task))
        removeTask(child)
    task.state = "stopped"
    supervisor.reconsider()
}
