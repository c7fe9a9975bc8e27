import * as ds from "@devicescript/core"
import { ALERT, closeLog } from "../log"
import { endOfTimers } from "../platform"
import {
    CORE,
    HALTED,
    inSlices,
    lower,
    raise,
    SAFE,
    SHUTTING_DOWN,
    Supervisor,
    TaskRecord,
    wake,
} from "./state"
import { autostart } from "./task"
import { stopForNow } from "./transitions"
import { checkPresent, endTasks } from "./waits"

// What stops and starts groups of tasks: safe mode (T18), shutdown.

/** Begins safe mode, or restarts its time limit. */
export function markSafe(supervisor: Supervisor): void {
    raise(supervisor, SAFE)
    supervisor.safeUntil =
        supervisor.safeModeMs > 0
            ? supervisor.clock.millis() + supervisor.safeModeMs
            : undefined
    wake(supervisor)
}

/** Begins safe mode: stops all tasks but the core ones, and waits until they have ended. */
export async function enterSafeMode(
    supervisor: Supervisor,
    why: string
): Promise<void> {
    checkPresent(supervisor)
    if ((supervisor.flags & SAFE) === 0)
        supervisor.reports.log(
            ALERT,
            "safe mode, only core tasks run: {0}",
            why
        )
    markSafe(supervisor)
    await stopGroup(supervisor, 0)
}

/**
 * Ends safe mode and starts the tasks that it stopped or kept from starting. One that a command
 * stopped, or that only `start` starts, stays stopped.
 */
export async function leaveSafeMode(supervisor: Supervisor): Promise<void> {
    checkPresent(supervisor)
    supervisor.safeUntil = undefined
    if ((supervisor.flags & SAFE) === 0) return
    lower(supervisor, SAFE)
    supervisor.reports.notice("safe mode is over")
    await inSlices(supervisor.tasks.slice(), task => {
        const isHalted = (task.flags & HALTED) !== 0
        if (task.state === "stopped" && !isHalted && !task.parent)
            autostart(task)
    })
}

/**
 * Stops all tasks, core tasks last, calls `last`, closes the handlers of the log, records a restart
 * on purpose, and calls `then`. Start it in its own fiber, since the caller may be a task that it stops.
 * @param isFailure whether the failure of a task is the reason
 */
export async function shutDown(
    supervisor: Supervisor,
    then: () => ds.AsyncVoid,
    last?: () => ds.AsyncVoid,
    isFailure?: boolean
): Promise<void> {
    raise(supervisor, SHUTTING_DOWN)
    await stopAll(supervisor, last)
    await record(supervisor, true, isFailure)
    await then()
}

/** How long before the end of the clock the tasks are stopped, in ms. */
export const RESTART_LEAD_MS = 15_000
/** How long before it the program ends, in ms: the VM starts it again 1 s later. */
const RESTART_MS = 900

/**
 * Stops all tasks, core tasks last, and restarts over the end of the clock, even if a task has not
 * ended by then: it would wait for 49.7 days.
 */
export async function restartAtEnd(supervisor: Supervisor): Promise<void> {
    const { clock, reports } = supervisor
    reports.notice("restart, since waits of the VM end after 49.7 days")
    stopAll.start(supervisor)
    await ds.sleep(
        Math.max(0, endOfTimers(clock) - RESTART_MS - clock.millis())
    )
    await record(supervisor, true)
    await supervisor.restartDevice()
}

/** Stops all tasks, core tasks last, calls `last`, and has the log write what is pending. */
async function stopAll(
    supervisor: Supervisor,
    last?: () => ds.AsyncVoid
): Promise<void> {
    await stopGroup(supervisor, 0)
    await stopGroup(supervisor, CORE)
    if (last) await last()
    await closeLog(supervisor.log)
}

/**
 * Records in the boot journal that a restart on purpose follows, or that this run is stable.
 * @param isFailure as for `shutDown`
 */
export async function record(
    supervisor: Supervisor,
    restarts: boolean,
    isFailure?: boolean
): Promise<void> {
    const { journal } = supervisor
    try {
        // without the number of this boot the record would be wrong
        if (!journal || journal.boot === 0) return
        if (restarts) await journal.markRestart(isFailure)
        else await journal.markStable()
    } catch (e: any) {
        supervisor.reports.exception("boot journal", e)
    }
}

/**
 * Stops one group of tasks, in the reverse order of their adding. Children end with their parents.
 * @param core `CORE` for the core tasks, 0 for the others
 */
async function stopGroup(supervisor: Supervisor, core: number): Promise<void> {
    const group: TaskRecord[] = []
    for (let i = supervisor.tasks.length - 1; i >= 0; --i) {
        const task = supervisor.tasks[i]
        // one that is done has nothing to stop, and must not run again after safe mode
        if (
            (task.flags & CORE) === core &&
            !task.parent &&
            task.state !== "done"
        )
            group.push(task)
    }
    await endTasks(supervisor, group, stopForNow)
}
