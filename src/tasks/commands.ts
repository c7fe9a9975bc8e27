import { awaitEnds } from "./awaiting"
import { checkOptions } from "./check"
import { applyChanges } from "./configure"
import { isLive } from "./lifecycle"
import { TaskOptions } from "./options"
import { startTask } from "./requests"
import { rest } from "./restart"
import { resumePlan } from "./schedule"
import { CORE, DISABLED, KEPT, WANTED } from "./states"
import { requestStop } from "./stopping"
import { inSlices, reversed } from "./slices"
import { noteKept, saveKept } from "./store"
import type { Supervisor } from "./supervisor"
import type { Task } from "./task"

/** Stops the run of a task that is under way, or about to restart; what is planned stays. */
export function stopRun(task: Task): void {
    if (isLive(task)) {
        task.flags |= KEPT
        requestStop(task)
    } else if (task.state === "waiting" && !resumePlan(task)) stopForGood(task)
}

/** Stops a task, whatever is planned. */
export function stopForGood(task: Task): void {
    task.flags &= ~WANTED
    requestStop(task)
}

/**
 * Keeps from starting, or lets start again, all tasks of a list.
 * @throws TaskError when it does not fit into flash; nothing is changed then
 */
async function keepDisabled(
    supervisor: Supervisor,
    tasks: Task[],
    isDisabled: boolean
): Promise<void> {
    noteKept(tasks, { off: isDisabled ? 1 : undefined })
    await inSlices(tasks, task => {
        task.flags = isDisabled ? task.flags | DISABLED : task.flags & ~DISABLED
        if (isDisabled) stopForGood(task)
        else if (task.options.autostart !== false) startTask(task)
        else if (!isLive(task)) rest(task)
    })
    await saveKept(supervisor)
}

/** See `TaskRegistry.disable`. */
export async function disableAll(
    supervisor: Supervisor,
    tasks: Task[]
): Promise<void> {
    await keepDisabled(supervisor, tasks, true)
    await awaitEnds(supervisor, tasks)
}

/** See `TaskRegistry.enable`. */
export async function enableAll(
    supervisor: Supervisor,
    tasks: Task[]
): Promise<void> {
    await keepDisabled(supervisor, tasks, false)
}

/** See `TaskRegistry.configure`. */
export async function configureAll(
    supervisor: Supervisor,
    tasks: Task[],
    changes: TaskOptions
): Promise<void> {
    checkOptions(tasks[0].name, changes, true)
    noteKept(tasks, changes)
    await inSlices(tasks, task => applyChanges(task, changes))
    await saveKept(supervisor)
}

/** See `TaskRegistry.shutDown`; to be started as a fiber, since the caller may be a task. */
export async function shutDown(
    supervisor: Supervisor,
    then: () => void
): Promise<void> {
    const { journal } = supervisor
    const tasks = reversed(supervisor.tasks)
    const others = tasks.filter(task => !(task.flags & CORE))
    const core = tasks.filter(task => !!(task.flags & CORE))
    for (const group of [others, core]) {
        await inSlices(group, stopForGood)
        await awaitEnds(supervisor, group)
    }
    try {
        if (journal && journal.boot > 0) await journal.markRestart()
    } catch (e: any) {
        supervisor.reports.exception("boot journal", e)
    }
    then()
}
