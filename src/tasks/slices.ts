import * as ds from "@devicescript/core"
import type { Task } from "./task"

/** So many tasks are dealt with before the fiber yields: a slice has a limited number of steps. */
const TASKS_PER_SLICE = 16

/** Does something to each of many tasks, in slices. */
export async function inSlices(
    tasks: Task[],
    action: (task: Task) => void
): Promise<void> {
    for (let i = 0; i < tasks.length; ++i) {
        if (i > 0 && i % TASKS_PER_SLICE === 0) await ds.sleep(0)
        action(tasks[i])
    }
}

/** The tasks of a list, last first: the VM has no `reverse` of arrays. */
export function reversed(tasks: Task[]): Task[] {
    return tasks.map((task, at) => tasks[tasks.length - 1 - at])
}
