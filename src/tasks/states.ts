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

/** Wants to run: started, and not stopped again by anybody. */
export const WANTED = 0x1
/** A stop has reached it: the waits of the body throw `TaskStopped`. */
export const STOP = 0x2
/** The body is over: cleanups and hooks run, in which waits work again. */
export const WINDING = 0x4
/** The task's fiber is suspended in one of the task's own waits, so it may be resumed. */
export const PARKED = 0x8
/** `TaskStopped` has been thrown into the body at least once. */
export const THROWN = 0x10
/** The hook of the present run has been called, or is not to be. */
export const HOOKED = 0x20
/** To be started again as soon as the present run has ended. */
export const AGAIN = 0x40
/** To go on with its schedule although the present run is stopped. */
export const KEPT = 0x80
/** To be deleted as soon as the present run has ended. */
export const DELETED = 0x100
/** Kept from starting at boot and by its schedule. */
export const DISABLED = 0x200
/** The present or last run ended with an error. */
export const FAILED = 0x400
/** Not started yet, or stopped, because of a task that it requires or comes after. */
export const HELD = 0x800
/** Its planned time, or the end of its restart delay, has come: nothing to plan any more. */
export const DUE = 0x1000
/** Not up for its dependents: `task.ready(false)`, or `notify` and not ready yet. */
export const UNREADY = 0x2000
/** The tasks that it names have been checked for cycles. */
export const ADMITTED = 0x4000
/** Starts before the others and in safe mode: a core task, or required by one. */
export const CORE = 0x8000

/** Tasks that require this one were told to stop because of it: it starts when they have. */
export const DROPPED = 0x20000
/** Has had children. */
export const PARENT = 0x40000

/** Just started: what it requires is to be started along. */
export const PULL = 0x10000

/** What belongs to one run and is gone when the next begins. */
export const RUN_FLAGS =
    STOP | WINDING | PARKED | THROWN | HOOKED | AGAIN | KEPT | DUE | HELD
