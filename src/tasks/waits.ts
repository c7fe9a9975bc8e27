import * as ds from "@devicescript/core"
import { TaskStopped } from "./errors"
import { inSlices } from "./loop"
import { IGNORED_STOP_MS, LEFT_BEHIND_PAUSE_MS } from "./options"
import {
    CANCELLED,
    HAS_LEFT,
    isLive,
    isWithin,
    PARKED,
    pauseForChange,
    Supervisor,
    TaskRecord,
    THROWN,
    WINDING,
} from "./state"

// The waits of tasks, and the waits for tasks. A wait in the body of a task throws `TaskStopped`
// once the task is to stop; in a run that was left behind every wait does.

/** Flags with which a wait has to look closer. */
export const MAY_THROW = CANCELLED | HAS_LEFT

/** Throws `TaskStopped` if the waits of the calling fiber have to. Call it if MAY_THROW is set. */
export async function checkStopped(task: TaskRecord): Promise<void> {
    if (isLeftBehind(task)) {
        // a loop that swallows everything would never yield otherwise, and so panic the VM (60001)
        await ds.sleep(LEFT_BEHIND_PAUSE_MS)
        return checkPresent(task)
    }
    if ((task.flags & (CANCELLED | WINDING)) !== CANCELLED) return
    task.flags &= ~PARKED
    if ((task.flags & THROWN) !== 0) await ds.sleep(IGNORED_STOP_MS)
    // it may have been left behind meanwhile, and the flags be those of the next run
    checkPresent(task)
    task.flags |= THROWN
    throw new TaskStopped(task.name)
}

/** Throws `TaskStopped` in a run that was left behind: it may not act for the task any more. */
export function checkPresent(task: TaskRecord): void {
    if (isLeftBehind(task)) throw new TaskStopped(task.name)
}

/** Whether the calling fiber is a run of `task` that was left behind. */
export function isLeftBehind(task: TaskRecord): boolean {
    return (task.flags & HAS_LEFT) !== 0 && isLeft(task.supervisor)
}

function isLeft(supervisor: Supervisor): boolean {
    return supervisor.left.indexOf(ds.Fiber.self()) >= 0
}

/** The task whose own fiber is calling, or undefined. @throws TaskStopped in a run left behind */
function callingTask(supervisor: Supervisor): TaskRecord | undefined {
    if (isLeft(supervisor)) throw new TaskStopped("left behind")
    const self = ds.Fiber.self()
    for (const task of supervisor.tasks) if (task.fiber === self) return task
    return undefined
}

/**
 * Waits until each of the tasks has been seen not to stop: then its run is over, or it has been
 * asked something else. A task that waits for its own end, or for that of an ancestor, would never
 * return: its body gets `TaskStopped` when the stop reaches it, its cleanups and hooks continue at
 * once.
 */
export async function awaitEnds(
    supervisor: Supervisor,
    tasks: TaskRecord[]
): Promise<void> {
    const caller = callingTask(supervisor)
    const isStopping = (task: TaskRecord) =>
        task.state === "stopping" &&
        !(isWithin(caller, task) && (caller.flags & WINDING) !== 0)
    await pauseUntil(caller, supervisor, () => {
        // one that is over may begin the next run before the others are
        tasks = tasks.filter(isStopping)
        return !tasks.length
    })
}

/** Asks tasks to end, and waits for their ends. */
export async function endTasks(
    supervisor: Supervisor,
    tasks: TaskRecord[],
    action: (task: TaskRecord) => void
): Promise<void> {
    await inSlices(tasks, action)
    await awaitEnds(supervisor, tasks)
}

/**
 * Waits until no task of the list runs or is about to.
 * @returns false when the time ran out
 */
export async function awaitRest(
    supervisor: Supervisor,
    tasks: TaskRecord[],
    timeout: number | undefined
): Promise<boolean> {
    const caller = callingTask(supervisor)
    const others = tasks.filter(task => !isWithin(caller, task))
    const isOver = () => others.filter(isBusy).length === 0
    return await pauseUntil(caller, supervisor, isOver, timeout)
}

function isBusy(task: TaskRecord): boolean {
    return isLive(task) || task.state === "waiting"
}

/** Suspends the caller until `isOver`; in the body of a task that is a wait of the task's own. */
async function pauseUntil(
    caller: TaskRecord | undefined,
    supervisor: Supervisor,
    isOver: () => boolean,
    timeout?: number
): Promise<boolean> {
    const { clock } = supervisor
    const end = timeout === undefined ? undefined : clock.millis() + timeout
    while (!isOver()) {
        if (caller && (caller.flags & MAY_THROW) !== 0)
            await checkStopped(caller)
        const left = end === undefined ? undefined : end - clock.millis()
        if (left <= 0) return false
        if (caller) caller.flags |= PARKED
        await pauseForChange(supervisor, left)
        if (caller && !isLeftBehind(caller)) caller.flags &= ~PARKED
    }
    return true
}
