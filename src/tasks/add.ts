import { checkOptions } from "./check"
import { TaskError } from "./errors"
import { checkName, freeName } from "./names"
import { TaskBody, TaskOptions } from "./options"
import { startTask } from "./requests"
import { Supervisor } from "./supervisor"
import { Task } from "./task"

/** One for all tasks without options. */
const NO_OPTIONS: TaskOptions = {}

/** See `TaskRegistry.add` and `Task.child`. */
export function addTask(
    supervisor: Supervisor,
    parent: Task,
    name: string,
    body: TaskBody,
    options: TaskOptions
): Task {
    checkName(name)
    if (typeof body !== "function")
        throw new TaskError(name, "the body must be a function")
    if (options) checkOptions(name, options)
    if (supervisor.tasks.length >= supervisor.maxTasks)
        throw new TaskError(
            name,
            `there are ${supervisor.maxTasks} tasks already, the most allowed`
        )
    const full = freeName(supervisor, parent ? parent.name + "." + name : name)
    const task = new Task(supervisor, full, body, options || NO_OPTIONS)
    if (parent) task.parent = parent
    supervisor.tasks.push(task)
    if (!options || options.autostart !== false) startTask(task)
    supervisor.reconsider()
    return task
}
