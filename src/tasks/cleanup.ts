import * as ds from "@devicescript/core"
import { MAX_CLEANUPS } from "./defaults"
import { taskError } from "./errors"
import type { Task } from "./task"

/** See `Task.defer`. */
export function deferCleanup(
    task: Task,
    cleanup: () => ds.AsyncVoid
): () => void {
    if (typeof cleanup !== "function")
        throw taskError(task.name, "a cleanup must be a function")
    if (!task.cleanups) task.cleanups = []
    if (task.cleanups.length >= MAX_CLEANUPS)
        throw taskError(
            task.name,
            `at most ${MAX_CLEANUPS} cleanups can be deferred at a time`
        )
    task.cleanups.push(cleanup)
    return () => {
        const at = task.cleanups.indexOf(cleanup)
        if (at >= 0) task.cleanups.insert(at, -1)
    }
}

/**
 * Runs what was deferred, last first. Each is taken out before it is called, so that one that
 * hangs or throws is not called again and does not keep the others from their turn.
 */
export async function runCleanups(task: Task): Promise<void> {
    const { cleanups } = task
    while (cleanups && cleanups.length) {
        const cleanup = cleanups.pop()
        try {
            await cleanup()
        } catch (e: any) {
            task.log.exception("cleanup failed", e)
        }
    }
}
