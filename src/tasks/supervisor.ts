import * as ds from "@devicescript/core"
import { Channel, Logger, LogSystem, unusedChannel } from "../log"
import { Clock, Signal } from "../platform"
import type { SupervisionOptions } from "./options"
import { CORE, TaskState } from "./states"
import type { TaskStore } from "./store"
import type { Task } from "./task"
import { wakeWatchers } from "./watchers"

/**
 * What all tasks of one registry share.
 * @devsWhenUsed
 */
export class Supervisor {
    /** All tasks, in the order in which they were added. */
    readonly tasks: Task[] = []
    /** The same by name: looked up natively, where a search takes steps for every task. */
    readonly byName: Record<string, Task> = {}
    /** Those of them that are core. */
    readonly core: Task[] = []
    /** Those of them that have a time, soonest first; see `timers.ts`. */
    readonly timers: Task[] = []
    /** Fibers that wait for a change of state; see `watchers.ts`. */
    readonly watchers: ds.Fiber[] = []
    /** Wakes the supervising fiber. */
    readonly work = new Signal()
    /** Lines about tasks that are not the task's own. */
    readonly journal: Logger
    /** What the loggers of tasks share that have not been used. */
    readonly unused: Channel
    /** Set when dependencies, or tasks that stop, have to be looked at again. */
    dirty: boolean
    /** Set when tasks with dependencies were started that have not been checked for cycles. */
    unchecked: boolean
    /** Set once what was kept in flash is known: nothing starts before. */
    booted: boolean
    /** Set once the tasks have been started, as far as they could be. */
    up: boolean
    /** Set at the end of supervision. */
    closed: boolean
    /** Set while only core tasks start by themselves. */
    safe: boolean

    constructor(
        readonly clock: Clock,
        readonly log: LogSystem,
        /** What is kept about tasks across resets. */
        readonly store: TaskStore,
        /** In place of `DEFAULTS`. */
        readonly defaults: SupervisionOptions,
        readonly maxTasks: number
    ) {
        this.journal = log.logger("tasks")
        this.unused = unusedChannel(log)
    }
}

/** Has the tasks that wait for others looked at again, soon. */
export function lookAgain(supervisor: Supervisor): void {
    supervisor.dirty = true
    supervisor.work.notify()
}

/** Puts `task` into a state and wakes whoever waits for one. */
export function setState(task: Task, state: TaskState): void {
    const { supervisor } = task
    if (task.state === "running") task.startedAt = task.since
    task.state = state
    task.since = supervisor.clock.millis()
    wakeWatchers(supervisor)
}

/** Makes `task` a core task. */
export function makeCore(task: Task): void {
    if (task.flags & CORE) return
    task.flags |= CORE
    task.supervisor.core.push(task)
}
