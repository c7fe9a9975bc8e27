import { checkOptions } from "./check"
import { MAX_TASKS } from "./defaults"
import { taskError } from "./errors"
import { checkName, freeName } from "./names"
import { TaskBody, TaskOptions } from "./options"
import { rest } from "./restart"
import { startTask } from "./requests"
import { CORE, DISABLED } from "./states"
import { applyKept } from "./store"
import { makeCore, SAFE } from "./supervisor"
import type { Supervisor } from "./supervisor"
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
        throw taskError(name, "the body must be a function")
    if (options) checkOptions(name, options)
    const { tasks } = supervisor
    const most = supervisor.maxTasks > 0 ? supervisor.maxTasks : MAX_TASKS
    if (tasks.length >= most)
        throw taskError(name, `one more than ${most}, the most allowed`)
    const full = freeName(supervisor, parent ? parent.name + "." + name : name)
    const task = new Task(supervisor, full, body, options || NO_OPTIONS)
    if (parent) task.parent = parent
    tasks.push(task)
    supervisor.byName[full] = task
    if (task.options.core) makeCore(task)
    applyKept(task)
    autostart(task)
    return task
}

/** Starts a task that is new, unless its options, its kept state or safe mode say no. */
function autostart(task: Task): void {
    const { supervisor, options, flags } = task
    if (flags & DISABLED) rest(task)
    else if (options.autostart !== false) {
        const isAllowed =
            !(supervisor.flags & SAFE) || !!(flags & CORE) || !!task.parent
        if (isAllowed) startTask(task)
    }
}
