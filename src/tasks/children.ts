import { pauseForChange } from "./watchers"
import { addTask } from "./add"
import { taskError } from "./errors"
import { isLive } from "./lifecycle"
import { TaskBody, TaskOptions } from "./options"
import { removeTask } from "./remove"
import { PARENT, WANTED } from "./states"
import { requestStop } from "./stopping"
import type { Task } from "./task"

/** See `Task.child`. */
export function addChild(
    task: Task,
    name: string,
    body: TaskBody,
    options?: TaskOptions
): Task {
    if (task.state !== "running")
        throw taskError(
            task.name,
            `no child "${name}" now: it is ${task.state}, not running`
        )
    const { supervisor } = task
    task.flags |= PARENT
    const ended = supervisor.byName[`${task.name}.${name}`]
    if (ended && !isLive(ended) && !(ended.flags & WANTED)) removeTask(ended)
    return addTask(supervisor, task, name, body, options)
}

/** Stops the children of `task`, also those that wait or are scheduled, and awaits their ends. */
export async function stopChildren(task: Task): Promise<void> {
    const { supervisor } = task
    const { tasks } = supervisor
    for (let i = tasks.length - 1; i >= 0; --i) {
        const other = tasks[i]
        if (!other || other.parent !== task || !(other.flags & WANTED)) continue
        other.flags &= ~WANTED
        requestStop(other)
    }
    while (tasks.some(other => other.parent === task && isLive(other)))
        await pauseForChange(supervisor)
}
