import * as ds from "@devicescript/core"
import { ServiceLogger, taskLogger } from "../log"
import { giveWay, removeFrom, replaceAll, Signal, skipChars } from "../platform"
import { plainText, taskError } from "./errors"
import { freeName, NAME_CHARS } from "./names"
import {
    Failure,
    MAX_CLEANUPS,
    MAX_ERROR_CHARS,
    MAX_NAME_CHARS,
    Plan,
    Task,
    TaskBody,
    TaskOptions,
    TaskState,
} from "./options"
import { applyKept } from "./overrides"
import { RecentRestarts } from "./restart-policy"
import {
    CLOSING,
    find,
    isBarred,
    makeCore,
    PARENT,
    PARKED,
    raise,
    Supervisor,
    TaskRecord,
} from "./state"
import {
    isOver,
    removeTask,
    requestRestart,
    setReady,
    startsByItself,
    startTask,
    stopForGood,
    stopWanting,
} from "./transitions"
import { checkWait, readTaskOptions } from "./validate"
import {
    checkPresent,
    checkStopped,
    endTasks,
    isLeftBehind,
    MAY_THROW,
} from "./waits"

/** Shared by all tasks without options. */
const NO_OPTIONS: TaskOptions = {}

/**
 * The record of a task, which is also its handle: one object instead of two saves heap. `Task`
 * explains the methods, `TaskRecord` the fields.
 * @devsWhenUsed
 */
class SupervisedTask implements TaskRecord {
    state: TaskState = "stopped"
    since = 0
    flags = 0
    log: ServiceLogger
    fiber: ds.Fiber
    due: number
    runs: number
    startedAt: number
    doneAt: number
    result: any
    error: Failure
    fed: number
    cleanups: (() => ds.AsyncVoid)[]
    failures: number
    restarts: number
    recent: RecentRestarts
    left: number
    plan: Plan
    next: number
    nextWall: number
    skipped: number
    lastPlanned: number
    parent: TaskRecord
    failedChild: TaskRecord
    ownOptions: TaskOptions
    stats: Record<string, number | string>

    constructor(
        readonly supervisor: Supervisor,
        readonly name: string,
        readonly body: TaskBody,
        public options: TaskOptions
    ) {
        this.log = taskLogger(supervisor.log, logName(name))
    }

    // Other fibers may call the waits by mistake, as a child does with the task of its parent. Only
    // the task's own fiber counts as parked, since a stop resumes that one. A variable would take
    // heap while a task sleeps, as would `this.fiber` before the call.

    async sleep(ms: number): Promise<void> {
        checkWait(this.name, ms)
        if ((this.flags & MAY_THROW) !== 0) await checkStopped(this)
        if (ms < 1) {
            await giveWay()
            if ((this.flags & MAY_THROW) !== 0) await checkStopped(this)
            return
        }
        if (ds.Fiber.self() !== this.fiber) return await ds.sleep(ms)
        this.flags |= PARKED
        await ds.suspend(ms)
        if ((this.flags & MAY_THROW) !== 0) await checkStopped(this)
        this.flags &= ~PARKED
    }

    async wait(signal: Signal, timeout?: number): Promise<boolean> {
        if (!signal || typeof signal.wait !== "function")
            throw taskError(this.name, "a signal wanted to wait for")
        if (timeout !== undefined) checkWait(this.name, timeout)
        if ((this.flags & MAY_THROW) !== 0) await checkStopped(this)
        if (ds.Fiber.self() !== this.fiber) return await signal.wait(timeout)
        this.flags |= PARKED
        const notified = await signal.wait(timeout)
        if ((this.flags & MAY_THROW) !== 0) await checkStopped(this)
        this.flags &= ~PARKED
        return notified
    }

    defer(cleanup: () => ds.AsyncVoid): () => void {
        checkPresent(this.supervisor)
        return deferCleanup(this, cleanup)
    }

    feed(): void {
        const { supervisor } = this
        if (!isLeftBehind(supervisor)) this.fed = supervisor.clock.millis()
    }

    ready(up = true): void {
        checkPresent(this.supervisor)
        setReady(this, up)
    }

    child(name: string, body: TaskBody, options?: TaskOptions): Task {
        checkPresent(this.supervisor)
        return addChild(this, name, body, options)
    }

    start(): void {
        checkPresent(this.supervisor)
        startTask(this)
    }

    async stop(): Promise<void> {
        await endTasks(this.supervisor, [this], stopForGood)
    }

    async restart(): Promise<void> {
        await endTasks(this.supervisor, [this], requestRestart)
    }
}

/** Adds a task, as `TaskRegistry.add` and `Task.child` explain. */
export function addTask(
    supervisor: Supervisor,
    parent: TaskRecord | undefined,
    name: string,
    body: TaskBody,
    options: TaskOptions | undefined
): TaskRecord {
    let problem: string
    if (typeof name !== "string" || !name || name.length > MAX_NAME_CHARS)
        problem = "name must have 1 to 24 characters"
    else if (skipChars(name, 0, NAME_CHARS) < name.length)
        problem = 'name may have letters, digits, "-" and "_" only'
    else if (typeof body !== "function") problem = "the body must be a function"
    else if ((supervisor.flags & CLOSING) !== 0)
        problem = "the registry was disposed of"
    if (problem) throw taskError(plainText(name, MAX_ERROR_CHARS), problem)
    // the caller's object is kept, not a copy, so that many tasks may share one
    if (options) readTaskOptions(name, options)
    const own = options || NO_OPTIONS
    const full = freeName(supervisor, parent ? parent.name + "." + name : name)
    makeRoom(supervisor, name)
    const task = new SupervisedTask(supervisor, full, body, own)
    if (parent) task.parent = parent
    supervisor.tasks.push(task)
    supervisor.byName[full] = task
    if (own.core) makeCore(task)
    applyKept(task)
    autostart(task)
    return task
}

/** Makes room for one more task: removes a child that has ended, if necessary. */
function makeRoom(supervisor: Supervisor, name: string): void {
    const { left, maxTasks } = supervisor
    // a run that is left behind takes the place of a task
    if (supervisor.tasks.length + left.length < maxTasks) return
    for (const task of supervisor.tasks)
        if (task.parent && isOver(task)) return removeTask(task)
    throw taskError(
        name,
        `one more than ${maxTasks}, with ${left.length} for runs left behind`
    )
}

/** Starts a task at boot or after it, unless its options, flash or safe mode forbid it. */
export function autostart(task: TaskRecord): void {
    if (isBarred(task)) stopWanting(task)
    else if (startsByItself(task)) startTask(task)
}

function addChild(
    task: TaskRecord,
    name: string,
    body: TaskBody,
    options: TaskOptions | undefined
): TaskRecord {
    if (task.state !== "running")
        throw taskError(
            task.name,
            `no child "${name}" now: it is ${task.state}, not running`
        )
    raise(task, PARENT)
    const ended = find(task.supervisor, `${task.name}.${name}`)
    if (ended && isOver(ended)) removeTask(ended)
    return addTask(task.supervisor, task, name, body, options)
}

function deferCleanup(
    task: TaskRecord,
    cleanup: () => ds.AsyncVoid
): () => void {
    if (typeof cleanup !== "function")
        throw taskError(task.name, "a cleanup must be a function")
    if (!task.cleanups) task.cleanups = []
    const { cleanups } = task
    if (cleanups.length >= MAX_CLEANUPS)
        throw taskError(
            task.name,
            "at most 16 cleanups can be deferred at a time"
        )
    // a new function for each call: one that is deferred twice can be removed once
    const entry = async () => await cleanup()
    cleanups.push(entry)
    return () => {
        removeFrom(cleanups, entry)
    }
}

/** The name of a task in its topic, where "@" is not allowed: `name@1` logs as `name-1`. */
export function logName(name: string): string {
    return replaceAll(name, "@", "-")
}
