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
 * - `failed`: its body threw, its restarts are used up, or what it requires is not to be had
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

/** Wants to run: started and not stopped again by anybody. */
export const WANTED = 1
/** A stop was asked for: the waits of the body throw `TaskStopped`. */
export const STOP = 2
/** The body is over: cleanups and hooks run, in which waits work again. */
export const WINDING = 4
/** The task's fiber is suspended in one of the task's own waits, so it may be resumed. */
export const PARKED = 8
/** `TaskStopped` has been thrown into the body at least once. */
export const THROWN = 16
/** To be started again as soon as the present run has ended. */
export const AGAIN = 32
/** To be deleted as soon as the present run has ended. */
export const DELETED = 64
/** Kept from starting at boot and by its schedule. */
export const DISABLED = 128
/** The present or last run ended with an error. */
export const FAILED = 256
/** The hook of the present run has been called. */
export const HOOKED = 512
/** Stopped or kept from starting because something it requires is not up. */
export const HELD = 1024
/** Its fiber had to be terminated in the present run. */
export const TERMINATED = 2048
/** Told by `task.ready(false)`, or not yet told although `notify` is set: not up for dependents. */
export const UNREADY = 4096
/** Has been checked against the tasks it names, as at boot. */
export const ADMITTED = 8192

/** What belongs to one run and is forgotten when the next begins. */
export const RUN_FLAGS =
    STOP | WINDING | PARKED | THROWN | AGAIN | HOOKED | TERMINATED
