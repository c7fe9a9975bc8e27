import * as ds from "@devicescript/core"
import { giveWay } from "../platform"
import { TaskStopped } from "./errors"
import { IGNORED_STOP_MS, LEFT_BEHIND_PAUSE_MS } from "./options"
import {
    CANCELLED,
    HAS_LEFT,
    HELD,
    inSlices,
    isLive,
    isWithin,
    lower,
    PARKED,
    pauseForChange,
    raise,
    START_REQUIRED,
    Supervisor,
    TaskRecord,
    THROWN,
    WANTED,
    WINDING,
} from "./state"

// The waits of tasks, and the waits for tasks. A wait in the body of a task throws `TaskStopped`
// once a stop has reached the task; in a run that was left behind every wait does.

/** Flags of which one is set when a wait might have to throw: call `checkStopped` then. */
export const MAY_THROW = CANCELLED | HAS_LEFT

/** Throws `TaskStopped` if a wait of the calling fiber must. Call it if a MAY_THROW flag is set. */
export async function checkStopped(task: TaskRecord): Promise<void> {
    const { supervisor } = task
    if (isLeftBehind(supervisor)) {
        // without this pause a loop that catches everything would never yield, and panic (60001)
        await ds.sleep(LEFT_BEHIND_PAUSE_MS)
        return checkPresent(supervisor)
    }
    if ((task.flags & (CANCELLED | WINDING)) !== CANCELLED) return
    lower(task, PARKED)
    if ((task.flags & THROWN) !== 0) await ds.sleep(IGNORED_STOP_MS)
    // the run may have been left behind meanwhile; then the flags are those of the next run
    checkPresent(supervisor)
    raise(task, THROWN)
    throw new TaskStopped(task.name)
}

/** Throws `TaskStopped` in a run that was left behind: it must not command any task any more. */
export function checkPresent(supervisor: Supervisor): void {
    if (isLeftBehind(supervisor)) throw new TaskStopped("left behind")
}

/** Whether the calling fiber is a run that was left behind. */
export function isLeftBehind(supervisor: Supervisor): boolean {
    return supervisor.left.indexOf(ds.Fiber.self()) >= 0
}

/**
 * Begins a wait for tasks. It yields: a loop of commands that have nothing to wait for would be a
 * panic (60001), and would not see that its task is asked to stop.
 * @returns the task of the calling fiber, or undefined
 * @throws TaskStopped as all waits
 */
async function beginWait(
    supervisor: Supervisor
): Promise<TaskRecord | undefined> {
    checkPresent(supervisor)
    const self = ds.Fiber.self()
    await giveWay()
    for (const task of supervisor.tasks)
        if (task.fiber === self) {
            if ((task.flags & MAY_THROW) !== 0) await checkStopped(task)
            return task
        }
    return undefined
}

/**
 * Waits until each of the tasks has been seen in a state other than `stopping`: then its run is
 * over. A task cannot wait for its own end or that of an ancestor: its body gets `TaskStopped` when
 * the stop reaches it; its cleanups and hooks continue at once.
 */
export async function awaitEnds(
    supervisor: Supervisor,
    tasks: TaskRecord[]
): Promise<void> {
    const caller = await beginWait(supervisor)
    for (const task of tasks)
        while (
            task.state === "stopping" &&
            !(isWithin(caller, task) && (caller.flags & WINDING) !== 0)
        )
            await pauseCaller(supervisor, caller)
}

/** Asks tasks to end, and waits for their ends. @throws TaskStopped in a run left behind */
export async function endTasks(
    supervisor: Supervisor,
    tasks: TaskRecord[],
    action: (task: TaskRecord) => void
): Promise<void> {
    checkPresent(supervisor)
    // commands count in the order in which they are given: what an earlier start requires must not
    // start after this
    while (
        supervisor.forgetClock &&
        supervisor.tasks.filter(isStartingOthers).length > 0
    )
        await ds.sleep(1)
    await inSlices(tasks, action)
    await awaitEnds(supervisor, tasks)
}

/** Whether the boot or the supervising fiber still has to start what `task` requires. */
function isStartingOthers({ flags }: TaskRecord): boolean {
    const wanted = WANTED | HELD | START_REQUIRED
    return (flags & wanted) === wanted
}

/**
 * Waits until no task of the list runs, or waits for its restart or a dependency. The calling task
 * and its ancestors do not count.
 * @param timeout longest wait in ms; no limit when undefined
 * @returns false when the time ran out
 */
export async function awaitRest(
    supervisor: Supervisor,
    tasks: TaskRecord[],
    timeout: number | undefined
): Promise<boolean> {
    const caller = await beginWait(supervisor)
    const others = tasks.filter(task => !isWithin(caller, task))
    const end =
        timeout === undefined ? undefined : supervisor.clock.millis() + timeout
    while (others.filter(isBusy).length > 0)
        if (!(await pauseCaller(supervisor, caller, end))) return false
    return true
}

function isBusy(task: TaskRecord): boolean {
    return isLive(task) || task.state === "waiting"
}

/**
 * Suspends the calling fiber until the next change of state; in a task this is one of its own waits.
 * @param end longest until then, in ms on the monotonic clock; no limit when left out
 * @returns false when the time is over
 */
async function pauseCaller(
    supervisor: Supervisor,
    caller: TaskRecord | undefined,
    end?: number
): Promise<boolean> {
    if (caller && (caller.flags & MAY_THROW) !== 0) await checkStopped(caller)
    let left: number
    if (end !== undefined) {
        left = end - supervisor.clock.millis()
        if (left <= 0) return false
    }
    if (caller) caller.flags |= PARKED
    await pauseForChange(supervisor, left)
    if (caller && !isLeftBehind(supervisor)) caller.flags &= ~PARKED
    return true
}
