import { setState } from "./supervisor"
import { FAILED } from "./states"
import type { Task } from "./task"
import { disarm } from "./timers"

/** Fails a task that does not run, because of others. The reason stands in its error. */
export function failTask(task: Task, why: string): void {
    task.flags |= FAILED
    task.error = { name: "Dependency", message: why, stack: undefined }
    disarm(task)
    setState(task, "failed")
}
