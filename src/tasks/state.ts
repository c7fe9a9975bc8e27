import * as ds from "@devicescript/core"
import type { Logger, LogSystem, ServiceLogger } from "../log"
import type { AtOnce, Jobs } from "../platform"
import { callListeners, removeFrom, resumeFiber } from "../platform"
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

// The record of a task and of the registry: flags, timers, watchers. All files of this folder read
// it; only transitions.ts changes states. Invariant: a task has at most one fiber and one timer,
// and it is in `timers` exactly while `due` is set.

// Flags of a task: what is wanted of it. Those that are used most have the values up to 0x40, which
// take a byte of code less.

/** To run: it was started, and not stopped since. */
export const WANTED = 0x2
/** Does not start at boot or by its schedule. */
export const DISABLED = 0x10
/** Starts before the others and in safe mode: a core task, or required by one. */
export const CORE = 0x40
/** To keep its schedule although the present run is stopped. */
export const KEEP_PLAN = 0x80
/** To be deleted as soon as the present run has ended. */
export const DELETED = 0x100
/** A run is planned: at `next`, or by the wall clock once that is known. */
export const PLANNED = 0x200
/** A planned run has been taken: from now on `at` gives only the phase of the period. */
export const PLAN_BEGUN = 0x400
/** Stopped by a command, not by safe mode: the end of safe mode does not start it. */
export const HALTED = 0x800

// Flags of a task: what it waits for.

/** Not started yet, or stopped, because of the boot or a task that it depends on. */
export const HELD = 0x1
/**
 * To run without regard to its plan: its timer has run out, or a command started it; during a run,
 * to start again as soon as it has ended.
 */
export const DUE = 0x1000
/** Just started: its dependencies are to be checked for cycles, and required tasks started. */
export const START_REQUIRED = 0x2000
/** Tasks that require this one were asked to stop because of it; it starts once they have ended. */
export const HAS_LEAVING = 0x4000
/** Not up for its dependents: `task.ready(false)`, or `notify` and not ready yet. */
export const UNREADY = 0x8000

// Flags of a task: its present run.

/** The stop has reached the run: the waits of the body throw `TaskStopped`. */
export const CANCELLED = 0x20
/** `TaskStopped` has been thrown into the body at least once. */
export const THROWN = 0x10000
/** The body is over: children, cleanups and hook end; waits work again. */
export const WINDING = 0x20000
/** The hook of the present run has been called, or must not be called. */
export const HOOKED = 0x40000
/** The task's fiber is suspended in a wait of the task; only then may it be resumed. */
export const PARKED = 0x4
/** The present or last run failed, or the task could not start. */
export const FAILED = 0x8
/** It has or had children. */
export const PARENT = 0x80000
/** The body of the present run has begun. */
export const BEGUN = 0x100000
/** At least one of its runs was left behind since boot; never cleared. */
export const HAS_LEFT = 0x200000

/** The flags that are cleared at the end of a run. */
export const RUN_FLAGS =
    KEEP_PLAN | HELD | BEGUN | CANCELLED | THROWN | WINDING | HOOKED | PARKED

// Flags of the registry.

/** The tasks that stop or wait for others must be reviewed. */
export const NEEDS_REVIEW = 0x1
/** At least one task stops or waits for others, so changes of state need a review. */
export const HAS_WAITERS = 0x2
/** Tasks were started whose dependencies have not been checked for cycles. */
export const UNCHECKED = 0x4
/** This run of the program has not lasted `stableMs` of the boot journal yet. */
export const UNPROVEN = 0x10
/** Safe mode: only core tasks start by themselves. */
export const SAFE = 0x20
/** A shutdown has begun, after which the device restarts. */
export const SHUTTING_DOWN = 0x80
/** The registry takes no more tasks; supervision ends after the last one. */
export const CLOSING = 0x100

/** A loop over tasks yields after this many: the VM limits the steps without a wait. */
export const TASKS_PER_SLICE = 8

/** A task as supervision sees it. `Task` explains the fields without a comment. */
export interface TaskRecord extends Task {
    readonly supervisor: Supervisor
    readonly body: TaskBody
    state: TaskState
    since: number
    /** Flags of a task, as above. */
    flags: number
    options: TaskOptions
    /** The options of `add`, while `setOptions` has changed some; else undefined. */
    ownOptions: TaskOptions
    /** The plan of `schedule`, or the empty one of `unschedule`; replaces that of the options. */
    plan: Plan
    /** The fiber of the present run. */
    fiber: ds.Fiber
    /** When the timer of this task runs out, in ms on the monotonic clock. */
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
    /** What the next restart depends on; undefined without restarts since the last start. */
    recent: RecentRestarts
    /** Runs that are left behind and have not ended yet. */
    left: number
    next: number
    nextWall: number
    skipped: number
    /** Monotonic time of the last planned run by the wall clock, in ms. */
    lastPlanned: number
    parent: TaskRecord
    failedChild: TaskRecord
    log: ServiceLogger
}

/** What all tasks of one registry share, with the options of the registry. */
export interface Supervisor extends RegistryOptions {
    /** Flags of the registry, as above. */
    flags: number
    /** The tasks whose timer is set, the earliest first. */
    readonly timers: TaskRecord[]
    /** All tasks, in the order in which they were added. */
    readonly tasks: TaskRecord[]
    /** The same by name; read it only with `find`. */
    readonly byName: Record<string, TaskRecord>
    /** The core tasks. */
    readonly core: TaskRecord[]
    /** Fibers that wait for a change of state. */
    readonly watchers: ds.Fiber[]
    /** The fibers of runs that are left behind. They are never ended from outside. */
    readonly left: ds.Fiber[]
    /** Root of the fiber of a run. */
    readonly run: (task: TaskRecord) => Promise<void>
    /** Root of the fiber that continues for a run that was left behind. */
    readonly windUp: (task: TaskRecord) => Promise<void>
    /** Listeners of changes of state. */
    readonly listeners: ((task: Task) => AtOnce)[]
    /** The supervising fiber; undefined until all tasks that could start have been started. */
    fiber: ds.Fiber
    /** The logger of supervision itself, topic `tasks`. */
    readonly reports: Logger
    /** Makes the loggers of tasks. */
    readonly log: LogSystem
    /** What is kept about tasks in each flash slot, as text; undefined until it has been read. */
    kept: string[]
    /** The fibers that write the slots, one after the other. */
    readonly saving: Jobs
    /** Stops listening to settings of the wall clock; undefined before the boot. */
    forgetClock: () => void
    /** When safe mode ends, in ms on the monotonic clock; undefined: only on request. */
    safeUntil: number
    /** What the failure of a task asks of the device, until the supervising fiber begins it. */
    escalation: Escalation
    /** Supervision options of tasks that leave them out. */
    defaults: SupervisionOptions
}

/** The task of a name, or undefined. `byName` alone would also find what every object inherits. */
export function find(
    supervisor: Supervisor,
    name: string
): TaskRecord | undefined {
    const task = supervisor.byName[name]
    return task && task.supervisor === supervisor ? task : undefined
}

/** Whether a run of `task` is under way: its state is starting, running or stopping. */
export function isLive(task: TaskRecord): boolean {
    return task.fiber !== undefined
}

/** Whether a task must not start by itself: it is disabled, or not core in safe mode. */
export function isBarred(task: TaskRecord): boolean {
    if ((task.flags & DISABLED) !== 0) return true
    const isSafe = (task.supervisor.flags & SAFE) !== 0
    return isSafe && (task.flags & CORE) === 0 && !task.parent
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

/** The option in force for `task`: its own, or the registry's default. */
export function effective(
    task: TaskRecord,
    option: keyof SupervisionOptions
): any {
    const own = task.options[option]
    return own ?? task.supervisor.defaults[option]
}

/** Calls `action` for each task, and yields now and then. */
export async function inSlices(
    tasks: TaskRecord[],
    action: (task: TaskRecord) => void
): Promise<void> {
    for (let i = 0; i < tasks.length; ++i) {
        if ((i | 0) % TASKS_PER_SLICE === TASKS_PER_SLICE - 1) await ds.sleep(0)
        action(tasks[i])
    }
}

/** Adds to a counter of a task; a counter that was never used is undefined and takes no heap. */
export function countUp(
    task: TaskRecord,
    figure: "runs" | "restarts" | "failures" | "skipped" | "left",
    by: number
): void {
    const before = task[figure]
    task[figure] = (before | 0) + by
}

// Flags are set and cleared by calls, where it happens rarely: a call takes half of the code.

/** Sets flags of a task or of the registry. */
export function raise(owner: { flags: number }, flags: number): void {
    owner.flags |= flags
}

/** Clears flags of a task or of the registry. */
export function lower(owner: { flags: number }, flags: number): void {
    owner.flags &= ~flags
}

/** Makes `task` a core task. */
export function makeCore(task: TaskRecord): void {
    if ((task.flags & CORE) !== 0) return
    raise(task, CORE)
    task.supervisor.core.push(task)
}

/**
 * Sets the state of `task`, and its timer in place of that of the state before; wakes watchers and
 * calls listeners. Only transitions.ts calls it.
 * @param due when the timer runs out; none when left out
 */
export function setState(
    task: TaskRecord,
    state: TaskState,
    due?: number
): void {
    const { supervisor } = task
    noteStart(task)
    task.state = state
    task.since = supervisor.clock.millis()
    // asked here, since most calls would do nothing
    if (task.due !== due) arm(task, due)
    if ((supervisor.flags & HAS_WAITERS) !== 0) scheduleReview(supervisor)
    if (supervisor.watchers.length > 0) wakeWatchers(supervisor)
    if (supervisor.listeners.length > 0) tellListeners(task)
}

function tellListeners(task: TaskRecord): void {
    const { listeners, reports } = task.supervisor
    callListeners<Task>(listeners, task, "listener of changes", reports)
}

/** Records when a run began, at its end: `since` has the time, and a field takes heap. */
export function noteStart(task: TaskRecord): void {
    if (task.state === "running") task.startedAt = task.since
}

/** Wakes the supervising fiber, for an earlier timer or other work. */
export function wake(supervisor: Supervisor): void {
    resumeFiber(supervisor.fiber)
}

/** Schedules a review of the tasks that stop or wait for others. */
export function scheduleReview(supervisor: Supervisor): void {
    supervisor.flags |= NEEDS_REVIEW
    wake(supervisor)
}

/**
 * Sets the timer of `task` to `due` (ms on the monotonic clock), in place of the one before; clears
 * it without one.
 */
export function arm(task: TaskRecord, due?: number): void {
    const { timers } = task.supervisor
    if (task.due !== undefined) removeFrom(timers, task)
    task.due = due
    if (due === undefined) return
    let at = timers.length
    while (at > 0 && timers[at - 1].due > due) --at
    timers.insert(at, 1)
    timers[at] = task
    if (at === 0) wake(task.supervisor)
}

/**
 * Suspends the calling fiber until the next change of state, for at most `timeout` ms. The caller
 * checks whether it was the change that it waits for.
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
