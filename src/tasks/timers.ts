import type { Task } from "./task"

/**
 * The times at which supervision has to look at a task again, soonest first. A task has one such
 * time at most: its next run, its restart, its watchdog or the end of its grace period, as its
 * state says. So one timer serves all tasks, and an idle tick touches nothing.
 * @devsWhenUsed
 */
export class Timers {
    private readonly tasks: Task[] = []

    /** Sets the time of `task` (ms on the monotonic clock) in place of any earlier one. */
    arm(task: Task, due: number): void {
        this.disarm(task)
        task.due = due
        const { tasks } = this
        let low = 0
        let high = tasks.length
        while (low < high) {
            const middle = (low + high) >> 1
            if (tasks[middle].due <= due) low = middle + 1
            else high = middle
        }
        tasks.insert(low, 1)
        tasks[low] = task
    }

    /** Forgets the time of `task`. */
    disarm(task: Task): void {
        if (task.due === undefined) return
        task.due = undefined
        const at = this.tasks.indexOf(task)
        if (at >= 0) this.tasks.insert(at, -1)
    }

    /** The soonest time of all, or undefined when there is none. */
    soonest(): number | undefined {
        return this.tasks.length ? this.tasks[0].due : undefined
    }

    /** Takes out a task whose time has come, or undefined. */
    takeDue(now: number): Task | undefined {
        const task = this.tasks[0]
        if (!task || task.due > now) return undefined
        this.disarm(task)
        return task
    }
}
