import type * as ds from "@devicescript/core"
import type { LogSystem, ServiceLogger } from "../log"
import type { Clock, FlashSlots, OptionTable, Signal } from "../platform"

// What a user of the registry writes and reads: options, their limits and defaults, and the
// handle of a task. Types and data only; `validate.ts` reads them.

/**
 * What a task is doing (T3).
 *
 * - `disabled`: does not start at boot or by its schedule, across resets
 * - `scheduled`: waits for its next planned run
 * - `waiting`: waits for the boot, a dependency, or the end of its restart delay
 * - `starting`: its fiber exists and has not begun yet
 * - `running`: its body runs
 * - `stopping`: a stop was asked for, or its body ended and its cleanups still run
 * - `done`: its body returned
 * - `stopped`: never started, or stopped as asked
 * - `failed`: its body threw, its restarts are used up, or what it requires is not available
 */
export type TaskState =
    | "disabled"
    | "scheduled"
    | "waiting"
    | "starting"
    | "running"
    | "stopping"
    | "done"
    | "stopped"
    | "failed"

/** What is kept of an error: small, bounded, and free of references into the task. */
export interface Failure {
    /** Name of the error, cut to `MAX_ERROR_NAME_CHARS`; "thrown" for any other value. */
    name: string
    /** Its message or the value as text, on one line, cut to `MAX_ERROR_CHARS`. */
    message: string
    /**
     * Its stack as the VM keeps it: a little-endian u16 program counter for each frame, innermost
     * first, at most 16. On the host the build's debug info resolves them to file and line.
     */
    stack: Buffer | undefined
}

/** What a body or a hook may return: it becomes the task's result. */
export type TaskResult = void | boolean | number | string | object

/** The work of a task. */
export type TaskBody = (task: Task, ...args: any[]) => ds.AsyncValue<TaskResult>

/** A hook: `error` is why the run failed, undefined for a run that was stopped. */
export type TaskHook = (task: Task, error: Failure) => ds.AsyncValue<TaskResult>

/** When a task that ended is started again: never, only after a failure, or always. */
export type RestartPolicy = "never" | "on-failure" | "always"

/**
 * What a failure for good of a task causes for others (T19b): nothing; the failure of its parent
 * (`link`); safe mode; a restart of the device.
 */
export type Escalation = "none" | "link" | "safe-mode" | "restart"

/** When a task is to run; see `TaskOptions`. */
export interface Plan {
    /** First run this many ms after the start. */
    in?: number
    /** Period in ms from one start to the next, counted from the first; no drift. */
    every?: number
    /**
     * First run at a wall-clock time: the next `"HH:MM"` or `"HH:MM:SS"` (UTC), or a Unix time in
     * ms. The task waits while the wall clock is unknown. Not together with `in`.
     */
    at?: string | number
}

/** Options of supervision; those that a task leaves out are the defaults of its registry. */
export interface SupervisionOptions {
    /**
     * When to start again after an end that nobody asked for. A task that has returned and has a
     * planned run waits for it, even with `always`.
     */
    restart?: RestartPolicy
    /** Delay before the first restart, in ms; doubles with each one that follows. */
    delay?: number
    /** Longest restart delay, in ms. */
    maxDelay?: number
    /** A run that lasted this long, in ms, is healthy: after it the delay begins with the first. */
    healthy?: number
    /**
     * Most restarts within `window`. One more makes the task `failed`: until its next planned run,
     * which resets the count, or for good without one.
     */
    maxRestarts?: number
    /** Length of the window in which restarts are counted, in ms. */
    window?: number
    /** How long a run may take to stop, in ms; after that it is left behind. */
    grace?: number
    /** What a failure for good causes for others. */
    escalate?: Escalation
}

/** Options that `setOptions` changes; undefined restores the option of `add`. No `in` beside `at`. */
export interface KeptOptions
    extends
        SupervisionOptions,
        Pick<TaskOptions, "in" | "every" | "watchdog"> {}

/** Options of `add` and `child`; each may be left out. */
export interface TaskOptions extends SupervisionOptions, Plan {
    /** Arguments of the body after the task, at most `MAX_ITEMS`; the same at each restart. */
    args?: any[]
    /** False: only `start` starts it. */
    autostart?: boolean
    /** Starts before all tasks that are not core, and runs in safe mode too. */
    core?: boolean
    /** Time in ms within which `task.feed()` must be called again; otherwise the run fails. */
    watchdog?: number
    /** Names of tasks that must be up, at most `MAX_ITEMS`. This one stops and starts with them. */
    requires?: string[]
    /** Names of tasks that start before this one, if they start at all; at most `MAX_ITEMS`. */
    after?: string[]
    /** True: a run is up for its dependents only after `task.ready()`. */
    notify?: boolean
    /** Called at the end of a run that was asked to stop; its value becomes the result. */
    onStop?: TaskHook
    /** Called at the end of a run that failed, with its error; its value becomes the result. */
    onError?: TaskHook
}

/**
 * All options of a task, with their limits and the defaults of supervision; times are in ms. A
 * registry may have other defaults.
 */
export const TASK_OPTIONS: OptionTable = `
    restart: one-of never|on-failure|always = never
    delay: number 0 2147483647 = 1000
    maxDelay: number 0 2147483647 = 60000
    healthy: number 0 2147483647 = 60000
    maxRestarts: int 0 100 = 5
    window: number 0 2147483647 = 120000
    grace: number 0 2147483647 = 2000
    escalate: one-of none|link|safe-mode|restart = none
    in: number 0 2147483647
    every: number 1 2147483647
    watchdog: number 1 2147483647
    at: any
    autostart: flag
    core: flag
    notify: flag
    requires: list
    after: list
    args: list
    onStop: function
    onError: function
`

/** The options that `setOptions` changes and keeps in flash: numbers, and texts of a fixed set. */
export const KEPT_OPTIONS =
    " restart delay maxDelay healthy maxRestarts window grace escalate in every watchdog "
/** The options of a plan. */
export const PLAN_OPTIONS = " in every at "

/** When safe mode begins and ends; `SafeModeOptions` explains them. */
export const SAFE_MODE_OPTIONS: OptionTable = `
    maxShortStarts: int 0 255 = 5
    safeModeMs: number 0 2147483647 = 600000
`

/** The other options of a registry; `RegistryOptions` explains them. */
export const REGISTRY_OPTIONS: OptionTable = `
    log: object
    clock: object
    flash: object
    journal: object
    lines: object
    defaults: object
    maxTasks: int 1 1000 = 64
    autoBoot: flag = true
    restartDevice: function
`

/**
 * A supervised task: what its body gets and what `add` returns. A field is undefined, and takes no
 * heap, until it is first set.
 *
 * Call the waits (`sleep`, `wait`) only in the body's own fiber. They throw `TaskStopped` once a
 * stop is asked for; in cleanups and hooks they wait as usual. In a run that was left behind all
 * methods throw `TaskStopped`, those of the registry too, and `feed` does nothing.
 */
export interface Task {
    /** Unique in the registry; `parent.child` for a child. */
    readonly name: string
    readonly state: TaskState
    /** Monotonic time of the last change of state, in ms. */
    readonly since: number
    /** The options in force. */
    readonly options: TaskOptions
    /** The logger of this task: topic `task.NAME`. */
    readonly log: ServiceLogger
    /** Runs begun since boot; undefined before the first. */
    readonly runs: number
    /** Start of the present or last run, in ms of the monotonic clock. */
    readonly startedAt: number
    /** End of the last run, in ms of the monotonic clock. */
    readonly doneAt: number
    /** What the body or a hook returned last. */
    readonly result: any
    /** The error of the last run that failed, or why the task could not start. */
    readonly error: Failure
    /** Runs that failed since boot. */
    readonly failures: number
    /** Restarts since boot. */
    readonly restarts: number
    /** Monotonic time of the next planned run, in ms; undefined while the wall clock is unknown. */
    readonly next: number
    /** The same as Unix time in ms, for a plan by the wall clock only. */
    readonly nextWall: number
    /** Planned runs that were skipped, since a run was still under way or the VM was late. */
    readonly skipped: number
    /** The parent of a child. */
    readonly parent: Task
    /** The last child that failed for good during the present or last run. */
    readonly failedChild: Task
    /**
     * Figures that the task reports itself: at most `MAX_FIGURES` numbers and short texts. Undefined
     * until the task sets it to an object.
     */
    stats: Record<string, number | string>

    /**
     * Waits for `ms` milliseconds; a negative number counts as 0.
     * @throws TaskStopped when a stop is asked for, before or during the wait
     * @throws OptionError unless `ms` is a number of at most `MAX_MS`
     */
    sleep(ms: number): Promise<void>
    /**
     * Waits for a signal.
     * @param timeout longest wait in ms, at most `MAX_MS`; no limit when left out
     * @returns true when notified, false when the time ran out
     * @throws TaskStopped when a stop is asked for, before or during the wait
     * @throws TaskError unless `signal` is a signal, OptionError for a bad timeout
     */
    wait(signal: Signal, timeout?: number): Promise<boolean>
    /**
     * Registers a cleanup to call when this run ends, however it ends; the last registered is
     * called first.
     * @returns a function that removes the cleanup; it does nothing after the end of the run
     * @throws TaskError for one more than `MAX_CLEANUPS`, or no function
     */
    defer(cleanup: () => ds.AsyncVoid): () => void
    /** Feeds the watchdog. */
    feed(): void
    /**
     * Sets whether this task is up for the tasks that require it. With the option `notify` a run is
     * not up before its first `ready()`. `ready(false)` stops the dependents until `ready()`.
     */
    ready(up?: boolean): void
    /**
     * Adds a child task, which stops before this one. It replaces an ended child of that name.
     * @throws TaskError and OptionError as `add` of the registry; TaskError unless this task runs
     */
    child(name: string, body: TaskBody, options?: TaskOptions): Task
    /** Starts this task unless it runs already; one that is stopping starts again after its end. */
    start(): void
    /**
     * Stops this task and waits until it has ended. In the task's own body it does not return, but
     * throws `TaskStopped`.
     */
    stop(): Promise<void>
    /** Stops this task if it runs, and starts it again with the same arguments; else as `stop`. */
    restart(): Promise<void>
}

/** A source of the last log lines, as the ring of the log. */
export interface LineSource {
    /** Calls `use` for each of the last `count` lines, oldest first. */
    each(count: number, use: (line: string) => void): void
}

/** How the last run of the program ended, as far as the next one can know. */
export type LastEnd =
    /** There is no record: the first start with this flash. */
    | "first"
    /** The firmware restarted on purpose. */
    | "restart"
    /** The VM started the program again by itself: after a panic, or with a new program. */
    | "panic"
    /** The chip was reset: power loss, reset button, brown-out. */
    | "power"

/** The boot journal as the registry needs it; `BootJournal` explains the fields and methods. */
export interface Journal {
    readonly boot: number
    readonly lastEnd: LastEnd
    readonly shortStarts: number
    readonly startedAt: number
    readonly stableMs: number
    open(): Promise<void>
    markStable(): Promise<void>
    markRestart(isFailure?: boolean): Promise<void>
}

/** When safe mode begins and ends (T18). */
export interface SafeModeOptions {
    /** Short starts in a row after which a boot begins safe mode, 0 to 255. */
    maxShortStarts?: number
    /** Safe mode ends after this time, in ms; 0: only on request. A change restarts the time. */
    safeModeMs?: number
}

/** Options of a registry; only `log` and `clock` are required. */
export interface RegistryOptions extends SafeModeOptions {
    log: LogSystem
    clock: Clock
    /** Where disabled tasks and changed options are kept; without it they last until a reset. */
    flash?: FlashSlots
    /** The boot journal; the boot opens it. Without one no boot begins safe mode. */
    journal?: Journal
    /** Where the last log lines of a task are searched, as the ring of the log. */
    lines?: LineSource
    /** Defaults of supervision; those left out are the defaults of `TASK_OPTIONS`. */
    defaults?: SupervisionOptions
    /** Most tasks, children included; `MAX_TASKS` when left out. */
    maxTasks?: number
    /** False: nothing starts before `boot()`. True: the first `add` begins the boot. */
    autoBoot?: boolean
    /** Restarts the device, for `escalate: "restart"`; `ds.restart` when left out. */
    restartDevice?: () => void
}

/** Most tasks of a registry, children included, unless it is made with another `maxTasks`. */
export const MAX_TASKS = 64
/** Longest name of a task in characters, and of the last part of a child's name. */
export const MAX_NAME_CHARS = 24
/** Longest name of a child with those of its parents, in characters. */
export const MAX_FULL_NAME_CHARS = 48
/** Most names in `requires`, most names in `after`, and most arguments of a body. */
export const MAX_ITEMS = 8
/** Most deferred cleanups of one run at a time. */
export const MAX_CLEANUPS = 16
/** Most figures of `Task.stats` that the statistics show; further ones are left out. */
export const MAX_FIGURES = 16
/** How many of the last log lines are searched for those of a task. */
export const MAX_STATUS_LINES = 100
/**
 * Most tasks in one list of `status` or `stats`, and in one text of `statusText`: a list of more
 * takes heap that as many running tasks do not leave.
 */
export const MAX_LISTED_TASKS = 24
/** Longest kept message of an error, in characters. */
export const MAX_ERROR_CHARS = 120
/** Longest kept name of an error, in characters. */
export const MAX_ERROR_NAME_CHARS = 40
/** Longest text of a result or figure in a status, in characters. */
export const MAX_RESULT_CHARS = 40
/** Longest time of an option or a wait, in ms: 24.8 days, the limit of the VM's 32-bit timer. */
export const MAX_MS = 0x7fffffff
/**
 * How long each further wait of a body that continues after `TaskStopped` sleeps before it throws
 * again, in ms.
 */
export const IGNORED_STOP_MS = 20
/** The same for each wait of a run that was left behind, in ms. */
export const LEFT_BEHIND_PAUSE_MS = 1_000
/** Most runs of one task that may be left behind at a time; with these it does not start. */
export const MAX_LEFT_BEHIND = 3
/** Most listeners of `onChange`. */
export const MAX_CHANGE_LISTENERS = 8
/** A start is short unless it lasts this long, in ms. */
export const STABLE_MS = 30_000
