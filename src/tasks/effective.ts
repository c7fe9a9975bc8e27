import { DEFAULTS } from "./defaults"
import type { SupervisionOptions } from "./options"
import type { Task } from "./task"

/** What holds for `task`: its own option, the registry's default, or that of `DEFAULTS`. */
export function effective(task: Task, option: keyof SupervisionOptions): any {
    let value: any = task.options[option]
    const { defaults } = task.supervisor
    if (value === undefined && defaults) value = defaults[option]
    return value === undefined ? DEFAULTS[option] : value
}
