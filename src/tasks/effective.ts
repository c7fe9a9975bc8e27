import type { SupervisionOptions } from "./options"
import type { Task } from "./task"

/** What holds for `task`: its own option, or the registry's default. */
export function effective(task: Task, option: keyof SupervisionOptions): any {
    const own = task.options[option]
    return own === undefined ? task.supervisor.defaults[option] : own
}
