import { CONCERNED, DIRTY, lookAgain, setState } from "./supervisor"
import { arm, disarm } from "./timers"
import { resumeFiber } from "../platform"
import { requires } from "./dependencies"
import { effective } from "./effective"
import { isLive } from "./lifecycle"
import { rest } from "./restart"
import { AGAIN, DROPPED, HELD, PARKED, STOP, WANTED, WINDING } from "./states"
import type { Task } from "./task"

/**
 * Asks for a stop of a task. Its dependents and children have to stop before it; they are asked
 * as well, and theirs by the supervising fiber, which goes on from there step by step. Returns
 * at once; asking again changes nothing.
 */
export function requestStop(task: Task): void {
    task.flags &= ~AGAIN
    if (!isLive(task)) return rest(task)
    if (task.state === "stopping") return
    mark(task)
    advanceStop(task)
    lookAgain(task.supervisor)
}

function mark(task: Task): void {
    disarm(task)
    setState(task, "stopping")
    task.supervisor.flags |= CONCERNED | DIRTY
}

/**
 * Asks the children and dependents of a stopping task to stop, and lets the stop reach its body
 * once none of them runs any more.
 */
export function advanceStop(task: Task): void {
    if (task.state !== "stopping" || task.flags & (STOP | WINDING)) return
    const { supervisor } = task
    let isBlocked = false
    for (const other of supervisor.tasks) {
        if (!isLive(other)) continue
        const isChild = other.parent === task
        if (!isChild && !requires(other, task)) continue
        isBlocked = true
        if (isChild) other.flags &= ~WANTED
        else hold(other, task)
        if (other.state !== "stopping") mark(other)
    }
    if (isBlocked) return
    task.flags |= STOP
    arm(task, supervisor.clock.millis() + effective(task, "grace"))
    if (task.flags & PARKED) resumeFiber(task.fiber)
}

/** Has a live task wait, after its end, for one that it requires; that one waits for the end. */
function hold(task: Task, required: Task): void {
    task.flags |= HELD
    required.flags |= DROPPED
}

/** Stops the live tasks that require `task`, which is not up: they wait for it to be back. */
export function stopDependents(task: Task): void {
    for (const other of task.supervisor.tasks) {
        if (!requires(other, task) || !isLive(other)) continue
        hold(other, task)
        requestStop(other)
    }
}
