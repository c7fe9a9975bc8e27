import * as ds from "@devicescript/core"
import { Signal } from "../platform"
import { addChild } from "./children"
import { deferCleanup } from "./cleanup"
import { Failure } from "./failure"
import { ServiceLogger } from "../log"
import { TaskBody, TaskOptions } from "./options"
import { UNREADY, WANTED, DISABLED, TaskState } from "./states"
import { restartTask, startTask, stopTask } from "./requests"
import { Supervisor } from "./supervisor"
import { parkFor, parkOn } from "./waits"

/**
 * A supervised task: the handle that its body gets, and that `add` returns. The fields are
 * for reading; `status()` of the registry gives the same as plain data.
 *
 * The waits (`sleep`, `wait`) are for the body's own fiber and throw `TaskStopped` once a stop
 * is asked for; in cleanups and hooks they wait as usual.
 */
export class Task {
    /** The logger of this task, from its first run on. */
    log: ServiceLogger
    state: TaskState = "stopped"
    /** Monotonic time of the last change of state, in ms. */
    since = 0
    /** Runs begun since boot. */
    runs = 0
    /** Bits of `states.ts`; for the supervision only. */
    flags: number
    /** When the supervision looks at this task again, in ms; for the supervision only. */
    due: number
    /** The fiber of the present run; for the supervision only. */
    fiber: ds.Fiber
    /** Monotonic start of the last run, in ms. */
    startedAt: number
    /** Monotonic end of the last run, in ms. */
    doneAt: number
    /** What the body or a hook returned last. */
    result: any
    /** What the last run failed with. */
    error: Failure
    /** Times of the restarts within the window; made by the first restart. */
    restarts: number[]
    /** Restarts since boot. */
    restartCount: number
    /** Restarts since the last healthy run; sets the delay of the next. */
    attempts: number
    /** Monotonic time of the next planned run, in ms. */
    next: number
    /** Wall-clock time of the occurrence that ran last, in Unix ms. */
    lastAt: number
    /** Planned runs that came while an earlier one was still going. */
    skipped: number
    /** Monotonic time of the last `feed`, in ms. */
    fed: number
    /** Cleanups of the present run, in the order in which they were deferred. */
    cleanups: (() => ds.AsyncVoid)[]
    /** Fibers that wait for the end of the present run. */
    waiters: ds.Fiber[]
    /** The task that this one is a child of. */
    parent: Task
    /** Figures that the task itself reports; plain numbers and short texts. */
    stats: Record<string, number | string>

    constructor(
        readonly supervisor: Supervisor,
        /** Unique in the registry; `parent.child` for a child. */
        readonly name: string,
        readonly body: TaskBody,
        readonly options: TaskOptions
    ) {
        this.flags = options.notify ? UNREADY : 0
    }

    /**
     * Waits for `ms` milliseconds.
     * @throws TaskStopped when a stop is asked for, before or meanwhile
     */
    async sleep(ms: number): Promise<void> {
        await parkFor(this, ms)
    }

    /**
     * Waits for a signal.
     * @param timeout longest wait in ms; for ever when left out
     * @returns true when notified, false when the time ran out
     * @throws TaskStopped when a stop is asked for, before or meanwhile
     */
    async wait(signal: Signal, timeout?: number): Promise<boolean> {
        return await parkOn(this, signal, timeout)
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
     * Says whether this task is up for those that require it. Needs the option `notify` to be
     * waited for at the start; `ready(false)` stops the dependents until `ready()` comes.
     */
    ready(up = true): void {
        if (up) this.flags &= ~UNREADY
        else this.flags |= UNREADY
        this.supervisor.reconsider()
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
