import { awaitEnd } from "./awaiting"
import { configureTask, setDisabled } from "./configure"
import type { BootJournal } from "./journal"
import { isLive } from "./lifecycle"
import { TaskOptions } from "./options"
import { startTask } from "./requests"
import { resumePlan } from "./schedule"
import { CORE, KEPT, WANTED } from "./states"
import { requestStop } from "./stopping"
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

/** See `TaskRegistry.disable`. */
export async function disableAll(
    supervisor: Supervisor,
    tasks: Task[]
): Promise<void> {
    for (const task of tasks) {
        setDisabled(task, true)
        stopForGood(task)
    }
    if (supervisor.store) await supervisor.store.save()
    for (const task of tasks) await awaitEnd(task)
}

/** See `TaskRegistry.enable`. */
export async function enableAll(
    supervisor: Supervisor,
    tasks: Task[]
): Promise<void> {
    for (const task of tasks) {
        setDisabled(task, false)
        if (task.options.autostart !== false) startTask(task)
        else if (!isLive(task)) requestStop(task)
    }
    if (supervisor.store) await supervisor.store.save()
}

/** See `TaskRegistry.configure`. */
export async function configureAll(
    supervisor: Supervisor,
    tasks: Task[],
    options: TaskOptions
): Promise<void> {
    for (const task of tasks) configureTask(task, options)
    if (supervisor.store) await supervisor.store.save()
}

/** See `TaskRegistry.shutDown`. */
export async function shutDown(
    supervisor: Supervisor,
    journal: BootJournal
): Promise<void> {
    const { tasks } = supervisor
    const others = tasks.filter(task => !(task.flags & CORE))
    const core = tasks.filter(task => !!(task.flags & CORE))
    for (const group of [others, core]) {
        for (let i = group.length - 1; i >= 0; --i) stopForGood(group[i])
        for (const task of group) await awaitEnd(task)
    }
    if (journal) await journal.markRestart()
}
