import { wake } from "./supervisor"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"

// The times at which supervision has to look at a task again stand in one list, soonest first. A
// task has one such time at most: its next run, its restart, its watchdog or the end of its grace
// period, as its state says. So one timer serves all tasks, and an idle tick touches nothing.

/** Sets the time of `task` (ms on the monotonic clock) in place of any earlier one. */
export function arm(task: Task, due: number): void {
    disarm(task)
    task.due = due
    const { supervisor } = task
    const { timers } = supervisor
    let low = 0
    let high = timers.length
    while (low < high) {
        const middle = (low + high) >> 1
        if (timers[middle].due <= due) low = middle + 1
        else high = middle
    }
    timers.insert(low, 1)
    timers[low] = task
    if (!(low > 0)) wake(supervisor)
}

/** Forgets the time of `task`. */
export function disarm(task: Task): void {
    if (task.due === undefined) return
    task.due = undefined
    const { timers } = task.supervisor
    timers.insert(timers.indexOf(task), -1)
}

/** Takes out a task whose time has come, or undefined. */
export function takeDue(supervisor: Supervisor): Task | undefined {
    const task = supervisor.timers[0]
    if (!task || task.due > supervisor.clock.millis()) return undefined
    disarm(task)
    return task
}
