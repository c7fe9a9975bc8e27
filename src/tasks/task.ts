import * as ds from "@devicescript/core"
import type { Signal } from "../platform"
import { addChild } from "./children"
import { deferCleanup } from "./cleanup"
import { Failure } from "./failure"
import type { ServiceLogger } from "../log"
import { TaskBody, TaskOptions } from "./options"
import { restartTask, setReady, startTask, stopTask } from "./requests"
import { PARKED, TaskState, UNREADY } from "./states"
import type { Supervisor } from "./supervisor"
import { isCancelled, leave } from "./waits"

/**
 * A supervised task: the handle that its body gets and that `add` returns. The fields are for
 * reading; a field that has not been needed yet is undefined and takes no memory.
 *
 * The waits (`sleep`, `wait`) are for the body's own fiber and throw `TaskStopped` once a stop
 * is asked for; in cleanups and hooks they wait as usual.
 * @devsWhenUsed
 */
export class Task {
    state: TaskState = "stopped"
    /** Monotonic time of the last change of state, in ms. */
    since = 0
    /** Bits of `states.ts`; for the supervision only. */
    flags: number
    /** Runs begun since boot; undefined before the first. */
    runs: number
    /** The logger of this task, from its first run on. */
    log: ServiceLogger
    /** The fiber of the present run; for the supervision only. */
    fiber: ds.Fiber
    /** When the supervision looks at this task again, in ms; for the supervision only. */
    due: number
    /** Monotonic start of the last run that is over or stopping, in ms. */
    startedAt: number
    /** Monotonic end of the last run, in ms. */
    doneAt: number
    /** What the body or a hook returned last. */
    result: any
    /** What the last run that failed has failed with. */
    error: Failure
    /** Monotonic time of the last `feed`, in ms. */
    fed: number
    /** Cleanups of the present run, in the order in which they were deferred. */
    cleanups: (() => ds.AsyncVoid)[]
    /** Restarts since boot. */
    restarts: number
    /** Times of the restarts within the window. */
    recent: number[]
    /** Restarts since the last healthy run; sets the delay of the next. */
    attempts: number
    /** Monotonic time of the next planned run, in ms. */
    next: number
    /** The same as Unix time in ms, for a plan by the wall clock. */
    nextWall: number
    /** Planned runs that did not take place, because one was still going or the VM was late. */
    skipped: number
    /** The task that this one is a child of. */
    parent: Task
    /** The options of `add`, while others are in force instead. */
    ownOptions: TaskOptions
    /** Figures of the task's own, shown with its statistics: numbers and short texts. */
    stats: Record<string, number | string>

    constructor(
        readonly supervisor: Supervisor,
        /** Unique in the registry; `parent.child` for a child. */
        readonly name: string,
        readonly body: TaskBody,
        public options: TaskOptions
    ) {
        this.flags = options.notify ? UNREADY : 0
    }

    /**
     * Waits for `ms` milliseconds.
     * @throws TaskStopped when a stop is asked for, before or meanwhile
     */
    async sleep(ms: number): Promise<void> {
        if (isCancelled(this)) await leave(this)
        this.flags |= PARKED
        await ds.suspend(ms)
        this.flags &= ~PARKED
        if (isCancelled(this)) await leave(this)
    }

    /**
     * Waits for a signal.
     * @param timeout longest wait in ms; for ever when left out
     * @returns true when notified, false when the time ran out
     * @throws TaskStopped when a stop is asked for, before or meanwhile
     */
    async wait(signal: Signal, timeout?: number): Promise<boolean> {
        if (isCancelled(this)) await leave(this)
        this.flags |= PARKED
        const notified = await signal.wait(timeout)
        this.flags &= ~PARKED
        if (isCancelled(this)) await leave(this)
        return notified
    }

    /**
     * Registers what is to be released when this run ends, however it ends, also by
     * termination: last registered, first called.
     * @returns how to take it back
     * @throws TaskError above `MAX_CLEANUPS`
     */
    defer(cleanup: () => ds.AsyncVoid): () => void {
        return deferCleanup(this, cleanup)
    }

    /** Tells the watchdog that all is well. */
    feed(): void {
        this.fed = this.supervisor.clock.millis()
    }

    /**
     * Says whether this task is up for those that require it. With the option `notify` it is
     * not up before the first `ready()`; `ready(false)` stops its dependents until `ready()`.
     */
    ready(up = true): void {
        setReady(this, up)
    }

    /**
     * Starts a child task, stopped together with this one. A child of that name that has ended
     * gives way to the new one.
     * @throws TaskError as `add` of the registry
     */
    child(name: string, body: TaskBody, options?: TaskOptions): Task {
        return addChild(this, name, body, options)
    }

    /** Starts this task; nothing happens when it runs already. */
    start(): void {
        startTask(this)
    }

    /**
     * Stops this task and waits for its end. From inside the task it does not return:
     * it throws `TaskStopped`.
     */
    async stop(): Promise<void> {
        await stopTask(this)
    }

    /** Stops this task if it runs, and starts it again with the same arguments. */
    async restart(): Promise<void> {
        await restartTask(this)
    }
}
