import { FAILED, HELD, WANTED } from "./states"
import type { Task } from "./task"

/**
 * Fails a task that cannot start because of others. It is still wanted and held, so that it
 * starts when the reason is gone. The same reason is said once.
 */
export function failTask(task: Task, why: string): void {
    const { supervisor } = task
    if (task.state === "failed" && task.error.message === why) return
    task.flags |= FAILED | WANTED | HELD
    task.error = { name: "Dependency", message: why, stack: undefined }
    supervisor.timers.disarm(task)
    supervisor.setState(task, "failed")
    supervisor.journal.error('task "{0}" cannot start: {1}', task.name, why)
}
