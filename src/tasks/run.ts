import * as ds from "@devicescript/core"
import { TaskStopped } from "./errors"
import { TaskHook } from "./options"
import {
    CANCELLED,
    FAILED,
    HOOKED,
    PARENT,
    raise,
    TaskRecord,
    WINDING,
} from "./state"
import {
    enterBody,
    leaveBody,
    recordFailure,
    settle,
    settleLeft,
} from "./transitions"

// One run of a task: the root of its fiber, and everything at its end. The root catches all errors,
// since an uncaught one would restart the whole program (panic 60005). A fiber whose run was left
// behind does not belong to the task any more and must not change it, so each step after a wait
// checks whether the fiber still is the task's own.

/** Root of a task's fiber. Kept small, since its frame takes heap while the body runs. */
export async function run(task: TaskRecord): Promise<void> {
    try {
        if (enterBody(task)) {
            if (task.options.args) await callWithArgs(task)
            else keepResult(task, await task.body(task))
        }
    } catch (e: any) {
        if (!isAsked(task, e) && isOwner(task)) recordFailure(task, "failed", e)
    }
    await windUp(task)
}

async function callWithArgs(task: TaskRecord): Promise<void> {
    keepResult(task, await (task.body as any)(task, ...task.options.args))
}

/** Whether the calling fiber is the one of the task's present run. */
function isOwner(task: TaskRecord): boolean {
    return task.fiber === ds.Fiber.self()
}

function keepResult(task: TaskRecord, result: any): void {
    // a field that was set takes heap, even if it is undefined
    if (result !== task.result && isOwner(task)) task.result = result
}

/** Whether the body threw because the task was asked to stop. */
function isAsked(task: TaskRecord, thrown: any): boolean {
    return thrown instanceof TaskStopped && (task.flags & CANCELLED) !== 0
}

/**
 * The end of a run: children, cleanups, hook. Once the children have ended, the grace period limits
 * the rest; when it is over, another fiber, of which this function is the root, continues with what
 * is left.
 */
export async function windUp(task: TaskRecord): Promise<void> {
    let isPresent = isOwner(task)
    if (isPresent) {
        task.flags |= WINDING
        const hook = hookOf(task)
        if (hook || task.cleanups || (task.flags & PARENT) !== 0) {
            await leaveBody(task)
            await runCleanups(task)
            if (hook && isOwner(task)) await callHook(task, hook)
            isPresent = isOwner(task)
        }
    }
    if (isPresent) settle(task)
    else settleLeft(task)
}

/** The hook to call at the end of the current run. */
function hookOf(task: TaskRecord): TaskHook | undefined {
    const { flags, options } = task
    if ((flags & HOOKED) === 0) {
        if ((flags & FAILED) !== 0) return options.onError
        if ((flags & CANCELLED) !== 0) return options.onStop
    }
    return undefined
}

async function callHook(task: TaskRecord, hook: TaskHook): Promise<void> {
    raise(task, HOOKED)
    try {
        // the error of an earlier run is none of `onStop`
        const { error, flags } = task
        const own = (flags & FAILED) !== 0 ? error : undefined
        keepResult(task, await hook(task, own))
    } catch (e: any) {
        if (isOwner(task)) recordFailure(task, "hook failed", e)
    }
}

/**
 * Runs the deferred cleanups, the last registered first. Each is removed before it is called, so
 * that one that hangs or throws is not called again and does not block the others.
 */
async function runCleanups(task: TaskRecord): Promise<void> {
    const { cleanups } = task
    while (cleanups && cleanups.length > 0 && isOwner(task)) {
        const cleanup = cleanups.pop()
        try {
            await cleanup()
        } catch (e: any) {
            task.log.exception("cleanup failed", e)
        }
    }
}
