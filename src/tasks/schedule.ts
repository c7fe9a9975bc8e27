import type { Task } from "./task"

/**
 * Plans the first run of a task that was started.
 * @returns false for a task without a schedule, which runs at once
 */
export function scheduleFirst(task: Task): boolean {
    const { supervisor, options } = task
    const now = supervisor.clock.millis()
    if (options.in === undefined) {
        task.next = options.every ? now + options.every : undefined
        return false
    }
    task.next = now + options.in
    supervisor.setState(task, "scheduled")
    supervisor.arm(task, task.next)
    return true
}

/**
 * Plans the next run of a task whose run has ended.
 * @returns false when there is none
 */
export function scheduleNext(task: Task): boolean {
    const { supervisor, options } = task
    if (!options.every || task.next === undefined) return false
    const now = supervisor.clock.millis()
    if (task.next < now) {
        const missed = Math.ceil((now - task.next) / options.every)
        task.skipped = (task.skipped || 0) + missed
        task.next += missed * options.every
    }
    supervisor.setState(task, "scheduled")
    supervisor.arm(task, task.next)
    return true
}
