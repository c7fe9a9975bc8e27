import { setState, lookAgain } from "./supervisor"
import { arm, disarm } from "./timers"
import { stopChildren } from "./children"
import { runCleanups } from "./cleanup"
import { TaskStopped } from "./errors"
import { Failure, toFailure } from "./failure"
import { makeLogger } from "./loggers"
import { effective } from "./effective"
import { TaskHook } from "./options"
import { dropDependents } from "./requests"
import { afterRun } from "./restart"
import {
    FAILED,
    HOOKED,
    PARENT,
    RUN_FLAGS,
    STOP,
    WANTED,
    WINDING,
} from "./states"
import type { Task } from "./task"

/** Whether a run of `task` is under way: its state is starting, running or stopping. */
export function isLive(task: Task): boolean {
    return task.fiber !== undefined
}

/** Starts a run of `task`, now. The caller has made sure that none is under way. */
export function begin(task: Task): void {
    const { supervisor } = task
    if (!task.log) task.log = makeLogger(task)
    task.flags &= ~(RUN_FLAGS | FAILED)
    task.runs = (task.runs ?? 0) + 1
    disarm(task)
    setState(task, "starting")
    task.fiber = root.start(task)
}

/**
 * Root of a task's fiber: nothing gets past it, for that would restart the whole program. Small,
 * since its frame takes heap as long as the body runs.
 */
async function root(task: Task): Promise<void> {
    try {
        if (enter(task)) {
            if (task.options.args) await runWithArgs(task)
            else keepResult(task, await task.body(task))
        }
    } catch (e: any) {
        bodyThrew(task, e)
    }
    await windUpSafely(task)
}

/** A field that is set takes heap, also to undefined. */
function keepResult(task: Task, result: any): void {
    if (result !== task.result) task.result = result
}

async function runWithArgs(task: Task): Promise<void> {
    const { body, options } = task
    keepResult(task, await (body as any)(task, ...options.args))
}

function bodyThrew(task: Task, thrown: any): void {
    if (thrown instanceof TaskStopped && task.flags & STOP) return
    recordFailure(task, toFailure(thrown))
    task.log.exception("failed", thrown)
}

/** @returns false when a stop came before the beginning: then neither body nor hook is called */
function enter(task: Task): boolean {
    const { supervisor } = task
    if (task.state !== "starting") {
        task.flags |= STOP | HOOKED
        return false
    }
    const { watchdog } = task.options
    setState(task, "running")
    if (watchdog > 0) {
        task.fed = supervisor.clock.millis()
        arm(task, task.fed + watchdog)
    }
    supervisor.reports.progress("{0} started, run {1}", task.name, task.runs)
    lookAgain(supervisor)
    return true
}

/** Keeps what the present run failed with. */
export function recordFailure(task: Task, failure: Failure): void {
    task.flags |= FAILED
    task.error = failure
}

/**
 * The end of a run: children, cleanups, hook. From the end of the children on it is bounded by
 * the grace period; when that is over, another fiber goes on where this one was, and whatever
 * hangs is left behind.
 */
async function windUp(task: Task): Promise<void> {
    const { supervisor } = task
    task.flags |= WINDING
    disarm(task)
    if (task.state !== "stopping") setState(task, "stopping")
    if (task.flags & PARENT) await stopChildren(task)
    const hook = hookOf(task)
    if (task.cleanups || hook) {
        arm(task, supervisor.clock.millis() + effective(task, "grace"))
        await runCleanups(task)
        if (hook) await callHook(task, hook)
    }
    settle(task)
}

/**
 * The end of a run, for the root of a fiber: of the task's own, or of one that goes on where
 * the task's own had to be terminated.
 */
export async function windUpSafely(task: Task): Promise<void> {
    try {
        await windUp(task)
    } catch (e: any) {
        giveIn(task, e)
    }
}

/** The hook that is to be called at the end of the present run. */
function hookOf(task: Task): TaskHook | undefined {
    const { flags, options } = task
    if (flags & HOOKED || !(flags & (FAILED | STOP))) return undefined
    return flags & FAILED ? options.onError : options.onStop
}

async function callHook(task: Task, hook: TaskHook): Promise<void> {
    task.flags |= HOOKED
    try {
        task.result = await hook(task, task.error)
    } catch (e: any) {
        recordFailure(task, toFailure(e))
        task.log.exception("hook failed", e)
    }
}

/** Ends a run for good: decides what comes next and tells those whom it concerns. */
function settle(task: Task): void {
    const { supervisor, flags } = task
    task.fiber = undefined
    if (task.cleanups) task.cleanups = undefined
    disarm(task)
    task.doneAt = supervisor.clock.millis()
    task.flags &= ~RUN_FLAGS
    afterRun(task, flags)
    dropDependents(task)
    lookAgain(supervisor)
}

/** Last resort: something in the supervision itself threw at the end of a run. */
function giveIn(task: Task, thrown: any): void {
    task.fiber = undefined
    task.flags &= ~(RUN_FLAGS | WANTED)
    recordFailure(task, toFailure(thrown))
    disarm(task)
    setState(task, "failed")
    task.supervisor.reports.exception(`end of ${task.name}`, thrown)
}
