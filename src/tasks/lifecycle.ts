import { ServiceLogger } from "../log"
import { resumeFiber } from "../platform"
import { runCleanups } from "./cleanup"
import { stopChildren } from "./children"
import { dropDependents } from "./dependencies"
import { failureText, toFailure } from "./failure"
import { FAILED, HOOKED, RUN_FLAGS, STOP, THROWN, WINDING } from "./states"
import { TaskStopped } from "./errors"
import { effective } from "./settings"
import { afterRun } from "./restart"
import type { Task } from "./task"

/** A topic admits no "@", so the lines of `name@1` stand under `name-1`. */
function makeLogger(task: Task): ServiceLogger {
    const { log } = task.supervisor
    const name = task.name.split("@").join("-")
    const dot = name.indexOf(".")
    return dot < 0
        ? log.service(name)
        : log.service(name.slice(0, dot), name.slice(dot + 1))
}

/** Whether a run of `task` is under way. */
export function isLive(task: Task): boolean {
    const { state } = task
    return state === "running" || state === "stopping" || state === "starting"
}

/** Starts a run of `task`, now. The caller has made sure that none is under way. */
export function begin(task: Task): void {
    const { supervisor } = task
    if (!task.log) task.log = makeLogger(task)
    task.flags &= ~RUN_FLAGS
    task.runs++
    task.startedAt = supervisor.clock.millis()
    supervisor.timers.disarm(task)
    supervisor.setState(task, "starting")
    task.fiber = run.start(task)
}

/** Root of a task's fiber: nothing gets past it, for that would restart the whole program. */
async function run(task: Task): Promise<void> {
    try {
        if (!(task.flags & STOP)) {
            enter(task)
            const { args } = task.options
            const value = args
                ? await (task.body as any)(task, ...args)
                : await task.body(task)
            task.flags &= ~FAILED
            task.result = value
        }
    } catch (e: any) {
        bodyThrew(task, e)
    }
    await windUp(task)
}

function enter(task: Task): void {
    const { supervisor, options } = task
    supervisor.setState(task, "running")
    task.fed = task.startedAt
    if (options.watchdog)
        supervisor.arm(task, task.startedAt + options.watchdog)
    supervisor.reconsider()
}

function bodyThrew(task: Task, thrown: any): void {
    if (thrown instanceof TaskStopped && task.flags & STOP) return
    task.flags |= FAILED
    task.error = toFailure(thrown)
    task.log.exception("failed", thrown)
}

/**
 * The end of a run: children, cleanups, hook. Bounded by the grace period; when that is over,
 * another fiber goes on where this one was, so whatever hangs is left behind.
 */
export async function windUp(task: Task): Promise<void> {
    const { supervisor } = task
    task.flags |= WINDING
    if (task.state !== "stopping") supervisor.setState(task, "stopping")
    supervisor.arm(task, supervisor.clock.millis() + effective(task, "grace"))
    try {
        await stopChildren(task)
        await runCleanups(task)
        await callHook(task)
    } catch (e: any) {
        task.log.exception("end of the run", e)
    }
    settle(task)
}

async function callHook(task: Task): Promise<void> {
    if (task.flags & HOOKED) return
    task.flags |= HOOKED
    const { onStop, onError } = task.options
    try {
        if (task.flags & FAILED) {
            if (onError) task.result = await onError(task, task.error)
        } else if (task.flags & THROWN || task.flags & STOP) {
            if (onStop) task.result = await onStop(task)
        }
    } catch (e: any) {
        task.log.exception("hook failed", e)
    }
}

/** Ends a run for good: decides what comes next and wakes all who waited for the end. */
function settle(task: Task): void {
    const { supervisor, waiters } = task
    task.fiber = undefined
    supervisor.timers.disarm(task)
    task.doneAt = supervisor.clock.millis()
    const { flags } = task
    task.flags &= ~RUN_FLAGS
    afterRun(task, flags)
    dropDependents(task)
    if (waiters) {
        task.waiters = undefined
        for (const fiber of waiters) resumeFiber(fiber)
    }
    supervisor.reconsider()
}

/** Ends a task that is not running and cannot run, with a reason. */
export function fail(task: Task, name: string, message: string): void {
    task.flags |= FAILED
    task.error = { name, message, stack: undefined }
    task.supervisor.setState(task, "failed")
    task.supervisor.journal.error(
        "{0}: {1}",
        task.name,
        failureText(task.error)
    )
}
