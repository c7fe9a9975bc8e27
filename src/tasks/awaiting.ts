import * as ds from "@devicescript/core"
import { isLive } from "./lifecycle"
import { PARKED, WINDING } from "./states"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"
import { pauseForChange } from "./watchers"
import { isCancelled, leave } from "./waits"

/** The task whose own fiber is calling, or undefined. */
function callingTask(supervisor: Supervisor): Task | undefined {
    const self = ds.Fiber.self()
    for (const task of supervisor.tasks) if (task.fiber === self) return task
    return undefined
}

/** Whether `task` is `ancestor` or one of its descendants. */
export function isWithin(task: Task, ancestor: Task): boolean {
    while (task && task !== ancestor) task = task.parent
    return !!task
}

/**
 * Waits for the end of the present runs of `tasks`, all asked to stop, on behalf of whoever
 * calls. A task that waits for its own end, or for that of an ancestor, would wait for ever: its
 * body gets `TaskStopped` when the stop reaches it, its cleanups and hooks go on at once.
 */
export async function awaitEnds(
    supervisor: Supervisor,
    tasks: Task[]
): Promise<void> {
    const caller = callingTask(supervisor)
    const runs = tasks.map(task => task.runs)
    const isOver = (task: Task, at: number) => {
        if (!isLive(task) || task.runs !== runs[at]) return true
        return isWithin(caller, task) && !!(caller.flags & WINDING)
    }
    await pauseUntil(caller, supervisor, () => tasks.every(isOver))
}

/**
 * Waits until no task of the list runs or is about to.
 * @returns false when the time ran out
 */
export async function awaitRest(
    supervisor: Supervisor,
    tasks: Task[],
    timeout: number
): Promise<boolean> {
    const caller = callingTask(supervisor)
    const others = tasks.filter(task => !isWithin(caller, task))
    const isOver = () => !others.some(isBusy)
    return await pauseUntil(caller, supervisor, isOver, timeout)
}

function isBusy(task: Task): boolean {
    return isLive(task) || task.state === "waiting"
}

/** Suspends the caller until `isOver`; in the body of a task that is a wait of the task's own. */
async function pauseUntil(
    caller: Task,
    supervisor: Supervisor,
    isOver: () => boolean,
    timeout?: number
): Promise<boolean> {
    const { clock } = supervisor
    const end = timeout === undefined ? undefined : clock.millis() + timeout
    while (!isOver()) {
        if (caller && isCancelled(caller)) await leave(caller)
        const left = end === undefined ? undefined : end - clock.millis()
        if (left <= 0) return false
        if (caller) caller.flags |= PARKED
        await pauseForChange(supervisor, left)
        if (caller) caller.flags &= ~PARKED
    }
    return true
}
