import { checkOptions } from "./check"
import { TaskError } from "./errors"
import { isLive } from "./lifecycle"
import { TaskOptions } from "./options"
import { Plan } from "./registryoptions"
import { enqueue } from "./requests"
import { rest } from "./restart"
import { dropPlan, hasSchedule, replan } from "./schedule"
import { DISABLED, DUE, WANTED } from "./states"
import { override } from "./store"
import { isStorable, storableOptions } from "./storecode"
import type { Task } from "./task"

/**
 * Changes options of a task, now and for good; undefined brings back that of `add`.
 * @throws TaskError for an option that cannot be kept, or is wrong, or does not fit any more
 */
export function configureTask(task: Task, changes: TaskOptions): void {
    checkOptions(task.name, changes)
    for (const name of Object.keys(changes))
        if (!isStorable(name))
            throw new TaskError(
                task.name,
                `option "${name}" cannot be kept; those that can: ${storableOptions().join(", ")}`
            )
    const { store } = task.supervisor
    const options = store ? store.optionsOf(task) : {}
    const merged = withoutUndefined(Object.assign(options, changes))
    if (store) store.note(task, merged)
    override(task, merged)
    const names = Object.keys(changes)
    if (names.includes("in") || names.includes("every")) reschedule(task)
    if (task.state === "running" && task.options.watchdog) {
        task.feed()
        task.supervisor.arm(task, task.fed + task.options.watchdog)
    }
}

function withoutUndefined(options: any): TaskOptions {
    const kept: any = {}
    for (const name of Object.keys(options))
        if (options[name] !== undefined) kept[name] = options[name]
    return kept
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
            throw new TaskError(task.name, `no "${name}" in a plan`)
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

/** Notes that a task is disabled or enabled. @throws TaskError when it does not fit any more */
export function setDisabled(task: Task, isDisabled: boolean): void {
    const { flags } = task
    if (isDisabled) task.flags |= DISABLED
    else task.flags &= ~DISABLED
    const { store } = task.supervisor
    if (!store) return
    try {
        store.note(task, store.optionsOf(task))
    } catch (e: any) {
        task.flags = flags
        throw e
    }
}
