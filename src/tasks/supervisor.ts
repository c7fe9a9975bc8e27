import type * as ds from "@devicescript/core"
import { Channel, Logger, unusedChannel } from "../log"
import { resumeFiber } from "../platform"
import { RegistryOptions } from "./registryoptions"
import { CORE, TaskState } from "./states"
import type { Task } from "./task"
import { wakeWatchers } from "./watchers"

/** Dependencies, or tasks that stop, have to be looked at again. */
export const DIRTY = 0x1
/** Some task waits for others, or stops: a change may let it go on. */
export const CONCERNED = 0x2
/** Tasks with dependencies were started that have not been checked for cycles. */
export const UNCHECKED = 0x4
/** The boot has begun. */
export const BOOTING = 0x8
/** What was kept in flash is known: nothing starts before. */
export const BOOTED = 0x10
/** The tasks have been started, as far as they could be. */
export const UP = 0x20
/** The boot journal has not recorded yet that this run has lasted. */
export const UNPROVEN = 0x40
/** Only core tasks start by themselves. */
export const SAFE = 0x80
/** The end of supervision. */
export const CLOSED = 0x100

/**
 * What all tasks of one registry share, and what the registry was made of. Plain data, without
 * a class of its own, to save heap; `RegistryOptions` explains the fields that stand there.
 */
export interface Supervisor extends RegistryOptions {
    /** Bits of this file. */
    flags: number
    /** Those of the tasks that have a time, soonest first; see `timers.ts`. */
    readonly timers: Task[]
    /** All tasks, in the order in which they were added. */
    readonly tasks: Task[]
    /** The same by name: looked up natively, where a search takes steps for every task. */
    readonly byName: Record<string, Task>
    /** Those of them that are core. */
    readonly core: Task[]
    /** Fibers that wait for a change of state; see `watchers.ts`. */
    readonly watchers: ds.Fiber[]
    /** The supervising fiber, once the tasks have been started. */
    fiber: ds.Fiber
    /** Lines about tasks that are not the task's own. */
    readonly reports: Logger
    /** What the loggers of tasks share that have not been used. */
    readonly unused: Channel
    /** What is to be kept about tasks, and what the flash has of it; see `store.ts`. */
    kept: string
    written: string
    /** Ends the subscription to settings of the wall clock; undefined while no plan needs it. */
    forgetClock: () => void
}

/** A supervisor without tasks. */
export function makeSupervisor(options: RegistryOptions): Supervisor {
    const { log, clock } = options
    // fields are looked up in turn, so those in use all the time come first
    const supervisor = {
        flags: 0,
        clock,
        timers: [],
        tasks: [],
        byName: {},
        fiber: undefined,
        watchers: [],
        core: [],
        reports: log.logger("tasks"),
        unused: unusedChannel(log),
    } as Supervisor
    return Object.assign(supervisor, options)
}

/** Wakes the supervising fiber: a time has become the soonest, or something is to be done. */
export function wake(supervisor: Supervisor): void {
    if (supervisor.fiber) resumeFiber(supervisor.fiber)
}

/** Has the tasks that wait for others looked at again, soon, if there are any. */
export function lookAgain(supervisor: Supervisor): void {
    if (!(supervisor.flags & CONCERNED)) return
    supervisor.flags |= DIRTY
    wake(supervisor)
}

/** Puts `task` into a state and wakes whoever waits for one. */
export function setState(task: Task, state: TaskState): void {
    const { supervisor } = task
    if (task.state === "running") task.startedAt = task.since
    task.state = state
    task.since = supervisor.clock.millis()
    if (supervisor.watchers.length) wakeWatchers(supervisor)
}

/** Makes `task` a core task. */
export function makeCore(task: Task): void {
    if (task.flags & CORE) return
    task.flags |= CORE
    task.supervisor.core.push(task)
}
