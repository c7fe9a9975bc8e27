import type * as ds from "@devicescript/core"
import type { LogSystem, ServiceLogger } from "../log"
import type { Clock, FlashSlots, OptionTable, Signal } from "../platform"

// What a user of the registry writes and reads: options, their limits and defaults, and the
// handle of a task. Types and data only; `validate.ts` reads them.

/**
 * What a task is doing (T3).
 *
 * - `disabled`: kept from starting at boot and by its schedule, across resets
 * - `scheduled`: its next run is due later
 * - `waiting`: wants to run, but waits for a dependency or for its restart delay
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
    /** Class of the error; "thrown" for a thrown value that is no error. */
    name: string
    /** Its message, on one line, cut to `MAX_ERROR_CHARS`. */
    message: string
    /**
     * Its stack as the VM keeps it: a little-endian u16 program counter for each frame, innermost
     * first, at most 16. The build's debug info resolves them to file and line on the host.
     */
    stack: Buffer | undefined
}

/** What a body or a hook may return: it becomes the task's result. */
export type TaskResult = void | boolean | number | string | object

/** The work of a task. */
export type TaskBody = (task: Task, ...args: any[]) => ds.AsyncValue<TaskResult>

/** A hook: `error` is that of the run, if it failed. */
export type TaskHook = (task: Task, error: Failure) => ds.AsyncValue<TaskResult>

/** When a task that ended is started again: never, only after a failure, or always. */
export type RestartPolicy = "never" | "on-failure" | "always"

/**
 * What a final failure of a task means beside its own end (T19b): nothing; the failure of its
 * parent (`link`); safe mode; a restart of the device.
 */
export type Escalation = "none" | "link" | "safe-mode" | "restart"

/** When a task is to run; see `TaskOptions`. */
export interface Plan {
    /** First run this many ms after the start. */
    in?: number
    /** Period in ms from one start to the next, counted from the first; no drift. */
    every?: number
    /**
     * First run at a wall-clock time: `"HH:MM"` or `"HH:MM:SS"` (UTC, its next occurrence),
     * or Unix time in ms. Waits while the wall clock is unknown.
     */
    at?: string | number
}

/** What supervision needs to know of every task. */
export interface SupervisionOptions {
    /**
     * When to start again after an end that nobody asked for. A task with a schedule that has
     * returned waits for its next planned run, also with `always`.
     */
    restart?: RestartPolicy
    /** Delay before the first restart, in ms; doubles with each one that follows. */
    delay?: number
    /** Ceiling of the delay, in ms. */
    maxDelay?: number
    /** A run of this length, in ms, is healthy: the delay begins again. */
    healthy?: number
    /**
     * More restarts than this within `window` make the task `failed`: for good, or until its next
     * planned run, for which the count begins again.
     */
    maxRestarts?: number
    /** Length of the window in which restarts are counted, in ms. */
    window?: number
    /** How long a stop may take before the run is left behind, in ms. */
    grace?: number
    /** What a failure for good means for others. */
    escalate?: Escalation
}

/** Options of `add` and `child`; each may be left out. */
export interface TaskOptions extends SupervisionOptions, Plan {
    /** Arguments of the body after the task itself; a restart gets the same ones. */
    args?: any[]
    /** False: added but started only by `start`. */
    autostart?: boolean
    /** Starts before all tasks that are not core, and runs in safe mode too. */
    core?: boolean
    /** Most ms between two `task.feed()`; a task silent for longer is stopped as failed. */
    watchdog?: number
    /** Names of tasks that must be up; this one is stopped, and started again, with them. */
    requires?: string[]
    /** Names of tasks to start before this one, if they start at all. */
    after?: string[]
    /** Counts as up for its dependents only after `task.ready()`. */
    notify?: boolean
    /** Called when a run was stopped as asked; what it returns becomes the result. */
    onStop?: TaskHook
    /** Called when a run failed, with its error; what it returns becomes the result. */
    onError?: TaskHook
}

/**
 * All options of a task, with their limits and with the defaults of supervision, in ms where it is
 * a time; a registry may have other defaults.
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

/** The options that `setOptions` keeps in flash: those that are numbers, or one of some texts. */
export const KEPT_OPTIONS =
    " restart delay maxDelay healthy maxRestarts window grace escalate in every watchdog "
/** The options of a plan. */
export const PLAN_OPTIONS = " in every at "

/** The options of a registry; `RegistryOptions` explains them. */
export const REGISTRY_OPTIONS: OptionTable = `
    log: object
    clock: object
    flash: object
    journal: object
    lines: object
    defaults: object
    maxTasks: int 1 1000 = 64
    autoBoot: flag = true
    maxShortStarts: int 0 255 = 5
    safeModeMs: number 0 2147483647 = 600000
    restartDevice: function
`

/**
 * A supervised task: what its body gets and what `add` returns. The fields are for reading; one
 * that has not been needed yet is undefined and takes no memory.
 *
 * The waits (`sleep`, `wait`) are for the body's own fiber and throw `TaskStopped` once a stop
 * is asked for; in cleanups and hooks they wait as usual. In a run that was left behind all calls
 * of the task throw `TaskStopped`.
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
    /** Monotonic start of the last run that is over or stopping, in ms. */
    readonly startedAt: number
    /** Monotonic end of the last run, in ms. */
    readonly doneAt: number
    /** What the body or a hook returned last. */
    readonly result: any
    /** What the last run that failed has failed with. */
    readonly error: Failure
    /** Runs that failed, and restarts, since boot. */
    readonly failures: number
    readonly restarts: number
    /** Monotonic time of the next planned run, in ms; as Unix time for a plan by the wall clock. */
    readonly next: number
    readonly nextWall: number
    /** Planned runs that did not take place, because one was still going or the VM was late. */
    readonly skipped: number
    /** The task that this one is a child of. */
    readonly parent: Task
    /** The last child that failed for good during the present or last run. */
    readonly failedChild: Task
    /** Figures of the task's own, shown with its statistics: numbers and short texts. */
    stats: Record<string, number | string>

    /**
     * Waits for `ms` milliseconds, at least 0.
     * @throws TaskStopped when a stop is asked for, before or meanwhile
     * @throws OptionError unless `ms` is a number of at most `MAX_MS`
     */
    sleep(ms: number): Promise<void>
    /**
     * Waits for a signal.
     * @param timeout longest wait in ms; no limit when left out
     * @returns true when notified, false when the time ran out
     * @throws TaskStopped when a stop is asked for, before or meanwhile
     */
    wait(signal: Signal, timeout?: number): Promise<boolean>
    /**
     * Registers what to release when this run ends, however it ends: last registered,
     * first called.
     * @returns how to take it back; after the end of the run that does nothing
     * @throws TaskError above `MAX_CLEANUPS`
     */
    defer(cleanup: () => ds.AsyncVoid): () => void
    /** Feeds the watchdog. */
    feed(): void
    /**
     * Says whether this task is up for those that require it. With the option `notify` it is
     * not up before the first `ready()`; `ready(false)` stops its dependents until `ready()`.
     */
    ready(up?: boolean): void
    /**
     * Starts a child task, stopped together with this one. A child of that name that has ended
     * gives way to the new one.
     * @throws TaskError as `add` of the registry
     */
    child(name: string, body: TaskBody, options?: TaskOptions): Task
    /** Starts this task; nothing happens when it runs already. */
    start(): void
    /**
     * Stops this task and waits for its end. From inside the task it does not return:
     * it throws `TaskStopped`.
     */
    stop(): Promise<void>
    /** Stops this task if it runs, and starts it again with the same arguments. */
    restart(): Promise<void>
}

/** Where the last lines of tasks are found; the ring of the log is one. */
export interface LineSource {
    /** Hands out the last `count` lines, oldest first. */
    each(count: number, use: (line: string) => void): void
}

/** How the last run of the program ended, as far as the next one can know. */
export type LastEnd =
    /** Nothing is on record: the first start with this flash. */
    | "first"
    /** A restart that the firmware itself was asked for. */
    | "restart"
    /** The VM started the program again without being asked: a panic, or a new program. */
    | "panic"
    /** The chip was reset: power loss, reset button, brown-out. */
    | "power"

/** The boot journal as the registry needs it; `BootJournal` is one. */
export interface Journal {
    readonly boot: number
    readonly lastEnd: LastEnd
    readonly shortStarts: number
    readonly startedAt: number
    readonly stableMs: number
    open(): Promise<void>
    markStable(): Promise<void>
    markRestart(): Promise<void>
}

/** When safe mode begins and ends (T18). Changes take effect at once. */
export interface SafeModeOptions {
    /** So many short starts in a row lead to safe mode. */
    maxShortStarts?: number
    /** Safe mode ends once the board has held for this long in it, in ms; 0: only on request. */
    safeModeMs?: number
}

/** What a registry is made of; only the first two are needed. */
export interface RegistryOptions extends SafeModeOptions {
    log: LogSystem
    clock: Clock
    /** Where disabled tasks and changed options are kept; nowhere without. */
    flash?: FlashSlots
    /** The boot journal, opened at boot if it is not open yet; without one, no safe mode at boot. */
    journal?: Journal
    /** Where the last log lines of a task are found, for its status: the ring of the log. */
    lines?: LineSource
    /** Defaults of supervision in place of those of `TASK_OPTIONS`. */
    defaults?: SupervisionOptions
    /** Most tasks, children included; `MAX_TASKS` when left out. */
    maxTasks?: number
    /** False: nothing starts before `boot()`. Otherwise the first `add` begins the boot. */
    autoBoot?: boolean
    /** Restarts the device, for a task whose failure is to do so; `ds.restart` when left out. */
    restartDevice?: () => void
}

/** Most tasks of a registry, children included, unless it is made with another `maxTasks`. */
export const MAX_TASKS = 64
/** Longest name of a task in characters, and of the last part of a child's name. */
export const MAX_NAME_CHARS = 24
/** Longest name of a child with those of its parents. */
export const MAX_FULL_NAME_CHARS = 48
/** Most names in `requires` and in `after`, and most arguments of a body. */
export const MAX_ITEMS = 8
/** Most cleanups that one run may have deferred at a time. */
export const MAX_CLEANUPS = 16
/** Most own figures that a task may show with its statistics; more are left out. */
export const MAX_FIGURES = 16
/** Lines of the log that are searched for the last ones of a task. */
export const MAX_STATUS_LINES = 100
/** Most tasks in one text of `statusText`; `showStatus` takes any number. */
export const MAX_TEXT_TASKS = 24
/** Longest kept message of an error, and longest kept name of its class, in characters. */
export const MAX_ERROR_CHARS = 120
export const MAX_ERROR_NAME_CHARS = 40
/** Longest result in a status, in characters. */
export const MAX_RESULT_CHARS = 40
/** Longest time an option or a wait takes: 24.8 days, the VM's 32-bit timer. */
export const MAX_MS = 0x7fffffff
/** How long a body that continues after `TaskStopped` is put to sleep at each further wait, in ms. */
export const IGNORED_STOP_MS = 20
/** The same for a run that was left behind. */
export const LEFT_BEHIND_PAUSE_MS = 1_000
/** So many runs of one task may be left behind at a time; the task does not start meanwhile. */
export const MAX_LEFT_BEHIND = 3
/** Most listeners of `onChange`. */
export const MAX_CHANGE_LISTENERS = 8
/** A start is short, unless it lasts this long, in ms. */
export const STABLE_MS = 30_000
