import { addTask } from "./add"
import { isLive } from "./lifecycle"
import { TaskBody, TaskOptions } from "./options"
import { removeTask, requestStop } from "./requests"
import { WANTED } from "./states"
import type { Task } from "./task"
import { untilSettled } from "./waits"

/** The running children of `task`. */
export function liveChildren(task: Task): Task[] {
    return task.supervisor.tasks.filter(
        other => other.parent === task && isLive(other)
    )
}

/** See `Task.child`. */
export function addChild(
    task: Task,
    name: string,
    body: TaskBody,
    options?: TaskOptions
): Task {
    const ended = task.supervisor.find(task.name + "." + name)
    if (ended && !isLive(ended) && !(ended.flags & WANTED)) removeTask(ended)
    return addTask(task.supervisor, task, name, body, options)
}

/** Stops the children of `task`, also those that wait or are scheduled, and awaits their ends. */
export async function stopChildren(task: Task): Promise<void> {
    for (const other of task.supervisor.tasks) {
        if (other.parent !== task || !(other.flags & WANTED)) continue
        other.flags &= ~WANTED
        requestStop(other)
    }
    for (const child of liveChildren(task))
        while (isLive(child)) await untilSettled(child)
}
