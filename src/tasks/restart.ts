import { setState } from "./supervisor"
import { arm, disarm } from "./timers"
import { effective } from "./effective"
import { failureText } from "./failure"
import { removeTask } from "./remove"
import { enqueue } from "./requests"
import { resumePlan } from "./schedule"
import { AGAIN, DELETED, DISABLED, FAILED, HELD, KEPT, WANTED } from "./states"
import type { Task } from "./task"

/** Decides what a task does after a run; `flags` are those that the run ended with. */
export function afterRun(task: Task, flags: number): void {
    if (flags & DELETED) removeTask(task)
    else if (flags & AGAIN) enqueue(task)
    else if (!(flags & WANTED)) rest(task)
    else if (flags & HELD) enqueue(task)
    else if (flags & KEPT) keepPlan(task)
    else if (isToRestart(task)) restartLater(task)
    else if (!resumePlan(task)) finish(task)
}

/** Puts a task that nobody wants to run into its state of rest. */
export function rest(task: Task): void {
    const { supervisor } = task
    const state = task.flags & DISABLED ? "disabled" : "stopped"
    disarm(task)
    if (task.state === state) return
    setState(task, state)
    supervisor.reports.progress("{0} stopped", task.name)
}

function keepPlan(task: Task): void {
    if (resumePlan(task)) return
    task.flags &= ~WANTED
    rest(task)
}

function finish(task: Task): void {
    const failed = (task.flags & FAILED) !== 0
    task.flags &= ~WANTED
    setState(task, failed ? "failed" : "done")
    task.supervisor.reports.progress("{0} {1}", task.name, task.state)
}

function isToRestart(task: Task): boolean {
    const policy = effective(task, "restart")
    if (policy === "always") return true
    return policy === "on-failure" && !!(task.flags & FAILED)
}

/** Plans a restart: the delay doubles with each one, up to its ceiling. */
function restartLater(task: Task): void {
    const { supervisor } = task
    if (isTooOften(task)) return giveUp(task)
    if (task.doneAt - task.startedAt >= effective(task, "healthy"))
        task.attempts = 0
    const attempts = task.attempts ?? 0
    const ceiling = effective(task, "maxDelay")
    let delay = effective(task, "delay")
    for (let i = 0; i < attempts && delay < ceiling; ++i) delay *= 2
    delay = Math.min(delay, ceiling)
    task.attempts = attempts + 1
    task.restarts = (task.restarts ?? 0) + 1
    setState(task, "waiting")
    arm(task, task.doneAt + delay)
    supervisor.reports.progress("{0} restarts in {1} ms", task.name, delay)
}

/** Counts a restart against the limit of so many in so long, on the monotonic clock. */
function isTooOften(task: Task): boolean {
    const limit = effective(task, "maxRestarts")
    const oldest = task.doneAt - effective(task, "window")
    if (!task.recent) task.recent = []
    const { recent } = task
    while (recent.length && recent[0] < oldest) recent.insert(0, -1)
    if (recent.length >= limit) return true
    recent.push(task.doneAt)
    return false
}

function giveUp(task: Task): void {
    const why = task.flags & FAILED ? failureText(task.error) : "it returned"
    task.flags = (task.flags & ~WANTED) | FAILED
    task.recent = undefined
    setState(task, "failed")
    task.log.alert(
        "failed for good after {0} restarts in {1} s, last: {2}",
        effective(task, "maxRestarts"),
        effective(task, "window") / 1000,
        why
    )
}
