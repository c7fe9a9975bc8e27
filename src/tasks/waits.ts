import * as ds from "@devicescript/core"
import { IGNORED_STOP_MS } from "./defaults"
import { TaskStopped } from "./errors"
import { STOP, THROWN, WINDING } from "./states"
import type { Task } from "./task"

/** Whether the waits of `task` have to throw. */
export function isCancelled(task: Task): boolean {
    return (task.flags & (STOP | WINDING)) === STOP
}

/**
 * Throws `TaskStopped`. A body that has caught one already and goes on is slowed down: a loop
 * that swallows everything would never yield otherwise, and so panic the VM (60001).
 */
export async function leave(task: Task): Promise<void> {
    if (task.flags & THROWN) await ds.sleep(IGNORED_STOP_MS)
    task.flags |= THROWN
    throw new TaskStopped(task.name)
}
