import * as ds from "@devicescript/core"
import { failureText, placeText, TaskStopped, toFailure } from "./errors"
import { Failure, TaskHook } from "./options"
import {
    arm,
    CANCELLED,
    disarm,
    effective,
    FAILED,
    HAS_LEFT,
    HOOKED,
    PARENT,
    TaskRecord,
    WINDING,
} from "./state"

// One run of a task: the root of its fiber, and all that belongs to its end. Nothing gets past
// the root, for that would restart the whole program (panic 60005). A fiber whose run was left
// behind is not the task's any more: whatever it still does must change nothing, so each step
// after a wait looks whether the fiber is still the task's own.

/** What the state machine does at the events of a run. */
export interface RunEvents {
    /** The fiber has begun. @returns false when neither body nor hook are to be called */
    entered(task: TaskRecord): boolean
    /** Children, cleanups or a hook are to be seen to. */
    windingUp(task: TaskRecord): void
    /** Stops the children and waits for their ends. */
    stopChildren(task: TaskRecord): Promise<void>
    /** The run is over. */
    settled(task: TaskRecord): void
    /** A run that was left behind is over after all. */
    leftRunEnded(task: TaskRecord): void
    /** The supervision itself threw: `thrown` is an error of this program. */
    gaveIn(task: TaskRecord, thrown: unknown): void
}

/**
 * Root of a task's fiber. Small, since its frame takes heap as long as the body runs.
 * @param events what happens at its events
 */
export async function run(task: TaskRecord, events: RunEvents): Promise<void> {
    try {
        if (events.entered(task)) {
            if (task.options.args) await callWithArgs(task)
            else keepResult(task, await task.body(task))
        }
    } catch (e: any) {
        bodyThrew(task, e)
    }
    await windUp(task, events)
}

async function callWithArgs(task: TaskRecord): Promise<void> {
    const { body, options } = task
    keepResult(task, await (body as any)(task, ...options.args))
}

/** Whether the calling fiber is that of the task's present run. */
function isOwner(task: TaskRecord): boolean {
    return (task.flags & HAS_LEFT) === 0 || task.fiber === ds.Fiber.self()
}

function keepResult(task: TaskRecord, result: any): void {
    // a field that is set takes heap, also to undefined
    if (result !== task.result && isOwner(task)) task.result = result
}

function bodyThrew(task: TaskRecord, thrown: any): void {
    if (thrown instanceof TaskStopped && (task.flags & CANCELLED) !== 0) return
    if (isOwner(task)) recordFailure(task, "failed", toFailure(thrown))
}

/** Keeps what the present run failed with, and says it. Never throws. */
export function recordFailure(
    task: TaskRecord,
    what: string,
    failure: Failure
): void {
    task.flags |= FAILED
    task.error = failure
    logFailure(task, what, failure)
}

function logFailure(task: TaskRecord, what: string, failure: Failure): void {
    task.log.error(
        "{0}: {1}{2}",
        what,
        failure.name === "thrown"
            ? "threw " + failure.message
            : failureText(failure),
        placeText(failure.stack)
    )
}

/**
 * The end of a run: children, cleanups, hook. From the end of the children on it is bounded by
 * the grace period; when that is over, another fiber goes on where this one was. Root of a fiber
 * in that case.
 */
export async function windUp(
    task: TaskRecord,
    events: RunEvents
): Promise<void> {
    try {
        if (isOwner(task)) await endRun(task, events)
        if (isOwner(task)) events.settled(task)
        else events.leftRunEnded(task)
    } catch (e: any) {
        events.gaveIn(task, e)
    }
}

async function endRun(task: TaskRecord, events: RunEvents): Promise<void> {
    task.flags |= WINDING
    const hook = hookOf(task)
    const isParent = (task.flags & PARENT) !== 0
    if (!isParent && !task.cleanups && !hook) return
    disarm(task)
    events.windingUp(task)
    if (isParent) await events.stopChildren(task)
    arm(task, task.supervisor.clock.millis() + effective(task, "grace"))
    await runCleanups(task)
    if (hook && isOwner(task)) await callHook(task, hook)
}

/** The hook that is to be called at the end of the present run. */
function hookOf(task: TaskRecord): TaskHook | undefined {
    const { flags, options } = task
    if ((flags & HOOKED) !== 0) return undefined
    if ((flags & FAILED) !== 0) return options.onError
    return (flags & CANCELLED) !== 0 ? options.onStop : undefined
}

async function callHook(task: TaskRecord, hook: TaskHook): Promise<void> {
    task.flags |= HOOKED
    try {
        keepResult(task, await hook(task, task.error))
    } catch (e: any) {
        if (isOwner(task)) recordFailure(task, "hook failed", toFailure(e))
    }
}

/**
 * Runs what was deferred, last first. Each is taken out before it is called, so that one that
 * hangs or throws is not called again and does not keep the others from their turn.
 */
async function runCleanups(task: TaskRecord): Promise<void> {
    const { cleanups } = task
    while (cleanups && cleanups.length > 0 && isOwner(task)) {
        const cleanup = cleanups.pop()
        try {
            await cleanup()
        } catch (e: any) {
            logFailure(task, "cleanup failed", toFailure(e))
        }
    }
}
