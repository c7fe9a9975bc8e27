import * as ds from "@devicescript/core"
import type { Failure } from "./failure"
import type { Task } from "./task"

/** What a body or a hook may return: it becomes the task's result. */
export type TaskResult = void | boolean | number | string | object

/** The work of a task. */
export type TaskBody = (task: Task, ...args: any[]) => ds.AsyncValue<TaskResult>

/** A hook: `error` is that of the run, if it failed. */
export type TaskHook = (task: Task, error: Failure) => ds.AsyncValue<TaskResult>

/** When a task that ended is started again: never, only after a failure, or always. */
export type RestartPolicy = "never" | "on-failure" | "always"

/** What supervision needs to know of every task. The defaults stand in `defaults.ts`. */
export interface SupervisionOptions {
    /** When to start again after an end that nobody asked for. */
    restart?: RestartPolicy
    /** Delay before the first restart, in ms; doubles with each one that follows. */
    delay?: number
    /** Ceiling of the delay, in ms. */
    maxDelay?: number
    /** A run of this length, in ms, is healthy: the delay begins anew. */
    healthy?: number
    /** More restarts than this within `window` make the task `failed`. */
    maxRestarts?: number
    /** Length of the window in which restarts are counted, in ms. */
    window?: number
    /** How long a stop may take before the fiber is terminated, in ms. */
    grace?: number
}

/** Options of `add` and `child`; each may be left out. */
export interface TaskOptions extends SupervisionOptions {
    /** Arguments of the body after the task itself; a restart gets the same ones. */
    args?: any[]
    /** False: added but started only by `start`. */
    autostart?: boolean
    /** Starts before all tasks that are not core, and runs in safe mode too. */
    core?: boolean
    /** First run this many ms after the start. */
    in?: number
    /** Start of a run every so many ms, counted from the first; no drift. */
    every?: number
    /**
     * First run at a wall-clock time: `"HH:MM"` or `"HH:MM:SS"` (UTC, its next occurrence),
     * or Unix time in ms. Waits while the wall clock is unknown.
     */
    at?: string | number
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
