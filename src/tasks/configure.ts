import { arm } from "./timers"
import { checkOptions } from "./check"
import { taskError } from "./errors"
import { isLive } from "./lifecycle"
import { TaskOptions } from "./options"
import { Plan } from "./registryoptions"
import { enqueue } from "./requests"
import { rest } from "./restart"
import { dropPlan, hasSchedule, replan } from "./schedule"
import { DUE, WANTED } from "./states"
import { applyKept } from "./store"
import type { Task } from "./task"

/** Puts changed options of a task in force. */
export function applyChanges(task: Task, changes: TaskOptions): void {
    applyKept(task)
    const names = Object.keys(changes)
    if (names.includes("in") || names.includes("every")) reschedule(task)
    if (task.state === "running" && task.options.watchdog > 0) {
        task.feed()
        arm(task, task.fed + task.options.watchdog)
    }
}

function reschedule(task: Task): void {
    dropPlan(task)
    if (hasSchedule(task)) {
        if (task.flags & WANTED) replan(task)
    } else if (task.state === "scheduled") unschedule(task)
}

/** Gives a task another plan until the next reset, and starts it by that plan. */
export function scheduleTask(task: Task, plan: Plan): void {
    for (const name of Object.keys(plan))
        if (name !== "in" && name !== "every" && name !== "at")
            throw taskError(task.name, `no "${name}" in a plan`)
    checkOptions(task.name, plan)
    const { in: delay, every, at } = plan
    const changed: TaskOptions = { in: delay, every, at }
    task.options = Object.assign(Object.assign({}, task.options), changed)
    dropPlan(task)
    if (isLive(task)) {
        task.flags |= WANTED
        replan(task)
    } else {
        task.flags &= ~DUE
        enqueue(task)
    }
}

/** Forgets the plan of a task; a run under way goes on. */
export function unschedule(task: Task): void {
    dropPlan(task)
    if (task.state !== "scheduled") return
    task.flags &= ~WANTED
    rest(task)
}
