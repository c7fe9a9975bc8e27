import { Clock, Signal } from "../platform"
import type { SupervisionOptions } from "./options"
import type { LogSystem, Logger } from "../log"
import type { Task } from "./task"
import { Timers } from "./timers"
import { TaskState } from "./states"

/** What all tasks of one registry share. */
export class Supervisor {
    /** All tasks, in the order in which they were added. */
    readonly tasks: Task[] = []
    readonly timers = new Timers()
    /** Wakes the supervising fiber. */
    readonly work = new Signal()
    /** Set when the dependencies have to be looked at again. */
    dirty = false
    /** Set once boot is over: from then on a task starts as soon as it is added. */
    booted = false
    /** Set while only core tasks may start. */
    safe = false

    constructor(
        readonly clock: Clock,
        readonly log: LogSystem,
        /** Lines about tasks that are not the task's own. */
        readonly journal: Logger,
        readonly defaults: SupervisionOptions,
        readonly maxTasks: number
    ) {}

    /** The task of this very name, or undefined. */
    find(name: string): Task | undefined {
        for (const task of this.tasks) if (task.name === name) return task
        return undefined
    }

    /** Has the dependencies looked at again, soon. */
    reconsider(): void {
        this.dirty = true
        this.work.notify()
    }

    /** Sets the time at which `task` is looked at again. */
    arm(task: Task, due: number): void {
        this.timers.arm(task, due)
        if (this.timers.soonest() === due) this.work.notify()
    }

    setState(task: Task, state: TaskState): void {
        task.state = state
        task.since = this.clock.millis()
    }
}
