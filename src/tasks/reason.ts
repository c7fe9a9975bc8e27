import { isComing, isUp } from "./dependencies"
import { DROPPED, HELD } from "./states"
import type { Task } from "./task"

/** What `task` waits for, in a few words; undefined for one that does not wait. */
export function waitsFor(task: Task): string | undefined {
    const { supervisor, options, state } = task
    if (state === "scheduled" && task.next === undefined) return "wall clock"
    if (state !== "waiting") return undefined
    if (!(task.flags & HELD)) return "restart"
    if (task.flags & DROPPED) return "its dependents"
    for (const name of options.requires || []) {
        const other = supervisor.byName[name]
        if (!other || !isUp(other)) return name
    }
    for (const name of options.after || []) {
        const other = supervisor.byName[name]
        if (other && isComing(other)) return name
    }
    for (const other of supervisor.core) if (isComing(other)) return other.name
    return "boot"
}
