import * as ds from "@devicescript/core"
import { Signal } from "../platform"
import { IGNORED_STOP_MS } from "./defaults"
import { TaskStopped } from "./errors"
import { PARKED, STOP, THROWN, WINDING } from "./states"
import type { Task } from "./task"

/** Whether the waits of `task` have to throw. */
export function isCancelled(task: Task): boolean {
    return (task.flags & (STOP | WINDING)) === STOP
}

/**
 * Throws `TaskStopped` when a stop was asked for. A body that has caught one already and goes
 * on is slowed down: a loop that swallows everything would never yield and so panic the VM.
 */
async function leaveIfCancelled(task: Task): Promise<void> {
    if (!isCancelled(task)) return
    if (task.flags & THROWN) await ds.sleep(IGNORED_STOP_MS)
    task.flags |= THROWN
    throw new TaskStopped(task.name)
}

/** See `Task.sleep`. */
export async function parkFor(task: Task, ms: number): Promise<void> {
    if (isCancelled(task)) await leaveIfCancelled(task)
    task.flags |= PARKED
    await ds.suspend(ms)
    task.flags &= ~PARKED
    if (isCancelled(task)) await leaveIfCancelled(task)
}

/** See `Task.wait`. */
export async function parkOn(
    task: Task,
    signal: Signal,
    timeout: number
): Promise<boolean> {
    if (isCancelled(task)) await leaveIfCancelled(task)
    task.flags |= PARKED
    const notified = await signal.wait(timeout)
    task.flags &= ~PARKED
    if (isCancelled(task)) await leaveIfCancelled(task)
    return notified
}

/** Suspends the calling fiber until the present run of `task` has ended. */
export async function untilSettled(task: Task): Promise<void> {
    if (!task.waiters) task.waiters = []
    const self = ds.Fiber.self()
    const { waiters } = task
    waiters.push(self)
    await ds.suspend()
    const at = waiters.indexOf(self)
    if (at >= 0) waiters.insert(at, -1)
}
