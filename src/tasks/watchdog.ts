import { arm } from "./timers"
import { recordFailure } from "./lifecycle"
import { requestStop } from "./stopping"
import type { Task } from "./task"

/**
 * Looks at a task whose watchdog period is over. Feeding only notes the time, so this is where
 * the next look is planned: at the earliest moment at which the task could be silent too long.
 */
export function checkWatchdog(task: Task): void {
    const { supervisor } = task
    const { watchdog } = task.options
    if (!(watchdog > 0)) return
    const silent = supervisor.clock.millis() - task.fed
    if (silent < watchdog) {
        arm(task, task.fed + watchdog)
        return
    }
    const message = `silent for ${silent} ms, ${watchdog} ms allowed`
    recordFailure(task, { name: "Watchdog", message, stack: undefined })
    task.log.error("watchdog: {0} {1}", task.name, message)
    requestStop(task)
}
