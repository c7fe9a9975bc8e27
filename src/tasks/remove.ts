import { lookAgain } from "./supervisor"
import { isLive } from "./lifecycle"
import { rest } from "./restart"
import { DELETED, WANTED } from "./states"
import { requestStop } from "./stopping"
import type { Task } from "./task"

/** Asks for a task to be stopped and taken out of the registry, its children with it. */
export function requestDelete(task: Task): void {
    task.flags = (task.flags & ~WANTED) | DELETED
    if (isLive(task)) requestStop(task)
    else removeTask(task)
}

/** Takes a task that is not running out of the registry, its children with it. */
export function removeTask(task: Task): void {
    const { supervisor } = task
    const { tasks, core } = supervisor
    if (supervisor.byName[task.name] !== task) return
    delete supervisor.byName[task.name]
    tasks.insert(tasks.indexOf(task), -1)
    const at = core.indexOf(task)
    if (at >= 0) core.insert(at, -1)
    task.flags &= ~WANTED
    rest(task)
    for (let i = tasks.length - 1; i >= 0; --i) {
        const other = tasks[i]
        if (other && other.parent === task) requestDelete(other)
    }
    lookAgain(supervisor)
}
