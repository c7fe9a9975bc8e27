import type { Logger, LogSystem } from "../log"
import { Clock, Signal } from "../platform"
import type { SupervisionOptions } from "./options"
import { CORE, TaskState } from "./states"
import type { TaskStore } from "./store"
import type { Task } from "./task"
import { Timers } from "./timers"
import { Watchers } from "./watchers"

/**
 * What all tasks of one registry share.
 * @devsWhenUsed
 */
export class Supervisor {
    /** All tasks, in the order in which they were added. */
    readonly tasks: Task[] = []
    /** The same by name: looked up natively, where a search takes steps for every task. */
    private readonly byName: Record<string, Task> = {}
    /** Those of them that are core. */
    readonly core: Task[] = []
    readonly timers = new Timers()
    readonly watchers = new Watchers()
    /** Wakes the supervising fiber. */
    readonly work = new Signal()
    /** Set when dependencies, or tasks that stop, have to be looked at again. */
    dirty = false
    /** Set when tasks with dependencies were started that have not been checked for cycles. */
    unchecked = false
    /** Set once what was kept in flash is known: nothing starts before. */
    booted = false
    /** Set once the tasks have been started, as far as they could be. */
    up = false
    /** Set at the end of supervision. */
    closed = false
    /** Set while only core tasks start by themselves. */
    safe = false
    /** Lines about tasks that are not the task's own. */
    readonly journal: Logger

    constructor(
        readonly clock: Clock,
        readonly log: LogSystem,
        readonly defaults: SupervisionOptions,
        /** What is kept about tasks across resets. */
        readonly store: TaskStore,
        readonly maxTasks: number
    ) {
        this.journal = log.logger("tasks")
    }

    /** The task of this very name, or undefined. */
    find(name: string): Task | undefined {
        return this.byName[name]
    }

    /** Makes `task` a core task. */
    makeCore(task: Task): void {
        if (task.flags & CORE) return
        task.flags |= CORE
        this.core.push(task)
    }

    /** Takes in a task that is new; nobody has its name. */
    take(task: Task): void {
        this.tasks.push(task)
        this.byName[task.name] = task
        if (task.options.core) this.makeCore(task)
    }

    /** Takes `task` out of the lists. */
    forget(task: Task): void {
        delete this.byName[task.name]
        for (const list of [this.tasks, this.core]) {
            const at = list.indexOf(task)
            if (at >= 0) list.insert(at, -1)
        }
    }

    /** Has the tasks that wait for others looked at again, soon. */
    reconsider(): void {
        this.dirty = true
        this.work.notify()
    }

    /** Sets the time at which `task` is looked at again. */
    arm(task: Task, due: number): void {
        this.timers.arm(task, due)
        if (this.timers.soonest() === due) this.work.notify()
    }

    /** Puts `task` into a state and wakes whoever waits for one. */
    setState(task: Task, state: TaskState): void {
        if (task.state === "running") task.startedAt = task.since
        task.state = state
        task.since = this.clock.millis()
        this.watchers.wake()
    }
}
