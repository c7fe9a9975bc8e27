import { resumeFiber } from "../platform"
import { requires } from "./dependencies"
import { effective } from "./effective"
import { isLive } from "./lifecycle"
import { rest } from "./restart"
import { AGAIN, HELD, PARKED, STOP, WANTED, WINDING } from "./states"
import type { Task } from "./task"

/**
 * Asks for a stop of a task and of all that have to stop before it: its dependents, its children,
 * and theirs. Returns at once; asking again changes nothing.
 */
export function requestStop(task: Task): void {
    task.flags &= ~AGAIN
    if (!isLive(task)) return rest(task)
    if (task.state === "stopping") return
    const affected = [task]
    // a list instead of recursion: the VM's stack ends at some 80 frames
    for (let i = 0; i < affected.length; ++i) {
        mark(affected[i])
        collect(affected[i], affected)
    }
    for (let i = affected.length - 1; i >= 0; --i) cancelWhenClear(affected[i])
}

function mark(task: Task): void {
    task.supervisor.timers.disarm(task)
    task.supervisor.setState(task, "stopping")
}

/** Appends the tasks that have to stop before `task`, and says what becomes of them after. */
function collect(task: Task, affected: Task[]): void {
    for (const other of task.supervisor.tasks) {
        const isChild = other.parent === task
        if (!isChild && !requires(other, task)) continue
        if (isChild) other.flags &= ~WANTED
        if (!isLive(other)) {
            if (isChild) rest(other)
            continue
        }
        if (!isChild) other.flags |= HELD
        if (other.state !== "stopping" && !affected.includes(other))
            affected.push(other)
    }
}

/** Whether something that has to stop before `task` still runs. */
function isBlocked(task: Task): boolean {
    for (const other of task.supervisor.tasks)
        if (isLive(other) && (other.parent === task || requires(other, task)))
            return true
    return false
}

/** Lets a stop reach the body once nothing that has to stop before it is left. */
export function cancelWhenClear(task: Task): void {
    if (task.state !== "stopping" || task.flags & (STOP | WINDING)) return
    if (isBlocked(task)) return
    const { supervisor } = task
    task.flags |= STOP
    supervisor.arm(task, supervisor.clock.millis() + effective(task, "grace"))
    if (task.flags & PARKED) resumeFiber(task.fiber)
}

/** Stops the live tasks that require `task`, which is not up: they wait for it to be back. */
export function stopDependents(task: Task): void {
    for (const other of task.supervisor.tasks) {
        if (!requires(other, task) || !isLive(other)) continue
        other.flags |= HELD
        requestStop(other)
    }
}
