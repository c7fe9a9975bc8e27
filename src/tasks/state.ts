import * as ds from "@devicescript/core"
import type { Logger, LogSystem, ServiceLogger } from "../log"
import { removeFrom, resumeFiber } from "../platform"
import {
    Escalation,
    Failure,
    Plan,
    RegistryOptions,
    SupervisionOptions,
    Task,
    TaskBody,
    TaskOptions,
    TaskState,
} from "./options"
import { RecentRestarts } from "./restart-policy"

// The record of a task and of the registry: flags, timers, watchers. Everybody reads it; states
// are changed in transitions.ts alone. What must hold: a task has at most one fiber and one time
// at which supervision looks at it, and that time is in `timers` exactly while `due` is set.

// What is wanted of a task.

/** Wants to run: started, and not stopped again by anybody. */
export const WANTED = 0x1
/** Kept from starting at boot and by its schedule. */
export const DISABLED = 0x2
/** Starts before the others and in safe mode: a core task, or required by one. */
export const CORE = 0x4
/** To be started again as soon as the present run has ended. */
export const AGAIN = 0x8
/** To keep its schedule although the present run is stopped. */
export const KEEP_PLAN = 0x10
/** To be deleted as soon as the present run has ended. */
export const DELETED = 0x20
/** It has a plan: a run at `next`, or once the wall clock is known. */
export const PLANNED = 0x40
/** The first run by the wall clock is over: `at` now gives only the phase of the period. */
export const PLAN_BEGUN = 0x80

// What a task waits for.

/** Not started yet, or stopped, because of a task that it requires or comes after. */
export const HELD = 0x100
/** Its planned time, or the end of its restart delay, has come: nothing to plan any more. */
export const DUE = 0x200
/** Just started: the tasks that it requires must be started with it. */
export const START_REQUIRED = 0x400
/** Tasks that require this one were asked to stop because of it: it starts when they have. */
export const HAS_LEAVING = 0x800
/** Not up for its dependents: `task.ready(false)`, or `notify` and not ready yet. */
export const UNREADY = 0x1000
/** The tasks that it names have been checked for cycles. */
export const CHECKED = 0x2000

// The present run.

/** A stop has reached it: the waits of the body throw `TaskStopped`. */
export const CANCELLED = 0x4000
/** `TaskStopped` has been thrown into the body at least once. */
export const THROWN = 0x8000
/** The body is over: cleanups and hooks run, in which waits work again. */
export const WINDING = 0x10000
/** The hook of the present run has been called, or is not to be. */
export const HOOKED = 0x20000
/** The task's fiber is suspended in one of the task's own waits, so it may be resumed. */
export const PARKED = 0x40000
/** The present or last run ended with an error. */
export const FAILED = 0x80000
/** Has had children. */
export const PARENT = 0x100000
/** Runs of it are left behind. */
export const HAS_LEFT = 0x200000

/** What belongs to one run and is gone when the next begins. */
export const RUN_FLAGS =
    AGAIN |
    KEEP_PLAN |
    HELD |
    DUE |
    CANCELLED |
    THROWN |
    WINDING |
    HOOKED |
    PARKED

// The registry.

/** Dependencies, or tasks that stop, have to be looked at. */
export const NEEDS_REVIEW = 0x1
/** Some task waits for others, or stops: a change may let it continue. */
export const HAS_WAITERS = 0x2
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
/** The device is about to restart. */
export const SHUTTING_DOWN = 0x100
/** Takes no more tasks; supervision ends with the last one. */
export const CLOSING = 0x200
/** The wall clock was set: plans by it have to be made to fit. */
export const CLOCK_SET = 0x400

/** A task as the supervision sees it. */
export interface TaskRecord extends Task {
    readonly supervisor: Supervisor
    readonly body: TaskBody
    state: TaskState
    since: number
    /** Bits of this file. */
    flags: number
    options: TaskOptions
    /** The options of `add`, while others are in force instead. */
    ownOptions: TaskOptions
    /** The plan of `schedule`, or none of `unschedule`, in place of that of the options. */
    plan: Plan
    /** The fiber of the present run. */
    fiber: ds.Fiber
    /** When the supervision looks at this task again, in ms. */
    due: number
    runs: number
    startedAt: number
    doneAt: number
    result: any
    error: Failure
    /** Monotonic time of the last `feed`, in ms. */
    fed: number
    /** Cleanups of the present run, in the order in which they were deferred. */
    cleanups: (() => ds.AsyncVoid)[]
    failures: number
    restarts: number
    /** What the next restart depends on; undefined for a task that has not failed lately. */
    recent: RecentRestarts
    /** How many of its runs are left behind. */
    left: number
    next: number
    nextWall: number
    skipped: number
    lastPlanned: number
    parent: TaskRecord
    failedChild: TaskRecord
    log: ServiceLogger
}

/** What all tasks of one registry share, and what the registry was made of. */
export interface Supervisor extends RegistryOptions {
    /** Bits of this file. */
    flags: number
    /** Those of the tasks that have a time, soonest first. */
    readonly timers: TaskRecord[]
    /** All tasks, in the order in which they were added. */
    readonly tasks: TaskRecord[]
    /** The same by name; to be read by `find`. */
    readonly byName: Record<string, TaskRecord>
    /** Those of them that are core. */
    readonly core: TaskRecord[]
    /** Fibers that wait for a change of state. */
    readonly watchers: ds.Fiber[]
    /** The fibers of runs that were left behind: left to themselves, and never freed. */
    readonly left: ds.Fiber[]
    /** Roots of the fiber of a run, and of the one that ends a run that is left behind. */
    readonly run: (task: TaskRecord) => Promise<void>
    readonly windUp: (task: TaskRecord) => Promise<void>
    /** Listeners of changes of state. */
    readonly listeners: ((task: Task) => void)[]
    /** The supervising fiber, once the tasks have been started. */
    fiber: ds.Fiber
    /** Lines about tasks that are not the task's own. */
    readonly reports: Logger
    /** Makes the loggers of tasks. */
    readonly log: LogSystem
    /** What is kept about tasks in each flash slot, as text; undefined until it was read. */
    kept: string[]
    /** The same as the flash has it. */
    written: string[]
    /** Number of the last change of `kept`, and of the last one that the flash has. */
    keptVersion: number
    writtenVersion: number
    isWriting: boolean
    /** Ends the subscription to settings of the wall clock; undefined while no plan needs it. */
    forgetClock: () => void
    /** When safe mode ends, in ms; undefined for never. */
    safeUntil: number
    /** What a task's failure asks of the device, until the supervising fiber does it. */
    escalation: Escalation
    /** What holds for tasks whose options say nothing else. */
    readonly defaults: SupervisionOptions
}

/** The task of a name, or undefined. `byName` alone finds what every object inherits, too. */
export function find(
    supervisor: Supervisor,
    name: string
): TaskRecord | undefined {
    const task = supervisor.byName[name]
    return task && task.supervisor === supervisor ? task : undefined
}

export function nameOf(task: TaskRecord): string {
    return task.name
}

/** Whether a run of `task` is under way: its state is starting, running or stopping. */
export function isLive(task: TaskRecord): boolean {
    return task.fiber !== undefined
}

/** Whether `task` is `ancestor` or one of its descendants. */
export function isWithin(task: TaskRecord, ancestor: TaskRecord): boolean {
    while (task && task !== ancestor) task = task.parent
    return task !== undefined
}

/** The plan in force. */
export function planOf(task: TaskRecord): Plan {
    return task.plan || task.options
}

/** What holds for `task`: its own option, or the registry's default. */
export function effective(
    task: TaskRecord,
    option: keyof SupervisionOptions
): any {
    const own = task.options[option]
    return own === undefined ? task.supervisor.defaults[option] : own
}

/** Counts something of a task; what has not been counted yet takes no heap. */
export function countUp(
    task: TaskRecord,
    figure: "runs" | "restarts" | "failures" | "skipped" | "left",
    by = 1
): void {
    const before = task[figure]
    task[figure] = before === undefined ? by : before + by
}

/** Makes `task` a core task. */
export function makeCore(task: TaskRecord): void {
    if ((task.flags & CORE) !== 0) return
    task.flags |= CORE
    task.supervisor.core.push(task)
}

/** Puts `task` into a state and wakes the fibers that wait for one. To be called by transitions.ts. */
export function setState(task: TaskRecord, state: TaskState): void {
    const { supervisor } = task
    if (task.state === "running") noteStart(task)
    task.state = state
    task.since = supervisor.clock.millis()
    if (supervisor.watchers.length > 0) wakeWatchers(supervisor)
    if (supervisor.listeners.length > 0) tellListeners(task)
}

/** Notes when the run began; not at its begin, since what sleeps is to take little heap. */
export function noteStart(task: TaskRecord): void {
    task.startedAt = task.since
}

function tellListeners(task: TaskRecord): void {
    const { listeners, reports } = task.supervisor
    for (const listener of listeners.slice()) {
        try {
            listener(task)
        } catch (e: any) {
            reports.exception("listener of changes", e)
        }
    }
}

/** Wakes the supervising fiber: an earlier time is due, or there is work. */
export function wake(supervisor: Supervisor): void {
    if (supervisor.fiber) resumeFiber(supervisor.fiber)
}

/** Has the tasks that stop or wait for others looked at, soon, if there are any. */
export function scheduleReview(supervisor: Supervisor): void {
    if ((supervisor.flags & HAS_WAITERS) === 0) return
    supervisor.flags |= NEEDS_REVIEW
    wake(supervisor)
}

/** Sets the time of `task` (ms on the monotonic clock) in place of any earlier one. */
export function arm(task: TaskRecord, due: number): void {
    const { supervisor } = task
    const { timers } = supervisor
    if (task.due !== undefined) disarm(task)
    task.due = due
    let at = timers.length
    while (at > 0 && timers[at - 1].due > due) --at
    timers.insert(at, 1)
    timers[at] = task
    if (at === 0) wake(supervisor)
}

/** Forgets the time of `task`. */
export function disarm(task: TaskRecord): void {
    if (task.due === undefined) return
    task.due = undefined
    removeFrom(task.supervisor.timers, task)
}

/**
 * Suspends the calling fiber until the next change of state, or for `timeout` ms at most. It
 * looks for itself whether that was the change it waits for.
 */
export async function pauseForChange(
    supervisor: Supervisor,
    timeout?: number
): Promise<void> {
    const self = ds.Fiber.self()
    const { watchers } = supervisor
    watchers.push(self)
    await ds.suspend(timeout)
    removeFrom(watchers, self)
}

/** Wakes the fibers in `pauseForChange`. */
export function wakeWatchers(supervisor: Supervisor): void {
    const { watchers } = supervisor
    while (watchers.length > 0) resumeFiber(watchers.pop())
}
