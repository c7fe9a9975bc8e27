import { failureText } from "./failure"
import { enqueue, removeTask } from "./requests"
import { scheduleNext } from "./schedule"
import { AGAIN, DELETED, DISABLED, FAILED, HELD, WANTED } from "./states"
import { effective } from "./settings"
import type { Task } from "./task"

/** Decides what a task does after a run; `flags` are those that the run ended with. */
export function afterRun(task: Task, flags: number): void {
    const { supervisor } = task
    if (flags & DELETED) return removeTask(task)
    if (flags & AGAIN) return enqueue(task)
    if (!(flags & WANTED)) {
        supervisor.setState(task, flags & DISABLED ? "disabled" : "stopped")
        return
    }
    if (flags & HELD) {
        supervisor.setState(task, "waiting")
        return
    }
    const failed = !!(flags & FAILED)
    const policy = effective(task, "restart")
    if (policy === "always" || (failed && policy === "on-failure"))
        restartLater(task)
    else if (!scheduleNext(task)) {
        task.flags &= ~WANTED
        supervisor.setState(task, failed ? "failed" : "done")
    }
}

function restartLater(task: Task): void {
    const { supervisor } = task
    if (isTooOften(task)) return giveUp(task)
    if (task.doneAt - task.startedAt >= effective(task, "healthy"))
        task.attempts = 0
    const attempts = task.attempts || 0
    const ceiling = effective(task, "maxDelay")
    let delay = effective(task, "delay")
    for (let i = 0; i < attempts && delay < ceiling; ++i) delay *= 2
    delay = Math.min(delay, ceiling)
    task.attempts = attempts + 1
    task.restartCount = (task.restartCount || 0) + 1
    supervisor.setState(task, "waiting")
    supervisor.arm(task, task.doneAt + delay)
}

/** Counts a restart against the limit of so many in so long, on the monotonic clock. */
function isTooOften(task: Task): boolean {
    const limit = effective(task, "maxRestarts")
    const oldest = task.doneAt - effective(task, "window")
    if (!task.restarts) task.restarts = []
    const { restarts } = task
    while (restarts.length && restarts[0] < oldest) restarts.insert(0, -1)
    if (restarts.length >= limit) return true
    restarts.push(task.doneAt)
    return false
}

function giveUp(task: Task): void {
    const { supervisor } = task
    const seconds = Math.round(effective(task, "window") / 1000)
    const why = task.flags & FAILED ? failureText(task.error) : "it returned"
    task.flags &= ~WANTED
    task.flags |= FAILED
    supervisor.setState(task, "failed")
    task.log.alert(
        "failed for good: {0} restarts in {1} s; last: {2}",
        effective(task, "maxRestarts"),
        seconds,
        why
    )
    task.restarts = undefined
}
