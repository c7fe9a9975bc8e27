import * as ds from "@devicescript/core"
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

/** The task of the calling fiber, or undefined. @throws TaskStopped in a run left behind */
function callingTask(supervisor: Supervisor): TaskRecord | undefined {
    checkPresent(supervisor)
    const self = ds.Fiber.self()
    for (const task of supervisor.tasks) if (task.fiber === self) return task
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
    const caller = callingTask(supervisor)
    const isStopping = (task: TaskRecord) =>
        task.state === "stopping" &&
        !(isWithin(caller, task) && (caller.flags & WINDING) !== 0)
    await pauseUntil(caller, supervisor, () => {
        // a task that has ended may begin its next run before the others have ended
        tasks = tasks.filter(isStopping)
        return !tasks.length
    })
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
    const caller = callingTask(supervisor)
    const others = tasks.filter(task => !isWithin(caller, task))
    const isOver = () => others.filter(isBusy).length === 0
    return await pauseUntil(caller, supervisor, isOver, timeout)
}

function isBusy(task: TaskRecord): boolean {
    return isLive(task) || task.state === "waiting"
}

/** Suspends the caller until `isOver`; in a task this counts as one of its own waits. */
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
        if (caller) raise(caller, PARKED)
        await pauseForChange(supervisor, left)
        if (caller && !isLeftBehind(supervisor)) lower(caller, PARKED)
    }
    return true
}
