import type * as ds from "@devicescript/core"
import { ALERT } from "../log"
import { checkNewTasks, inSlices, review, supervise } from "./loop"
import { Journal } from "./options"
import { applyKept, loadKept } from "./overrides"
import {
    CORE,
    HALTED,
    NEEDS_REVIEW,
    pauseForChange,
    SAFE,
    SHUTTING_DOWN,
    Supervisor,
    TaskRecord,
    UNPROVEN,
    wake,
    wakeWatchers,
} from "./state"
import { autostart, isBarred } from "./task"
import { refitPlan, stopForNow, stopWanting } from "./transitions"
import { checkPresent, endTasks } from "./waits"

// The life of the registry as a whole: boot, safe mode (T18), shutdown.

/** Begins the boot, unless it has begun. */
export function beginBoot(supervisor: Supervisor): void {
    if (supervisor.forgetClock) return
    supervisor.forgetClock = supervisor.clock.onSet(() => {
        inSlices.start(supervisor.tasks.slice(), refitPlan)
    })
    boot.start(supervisor)
}

/** Waits until the boot is over. */
export async function awaitBoot(supervisor: Supervisor): Promise<void> {
    beginBoot(supervisor)
    while (!supervisor.fiber) await pauseForChange(supervisor)
}

/**
 * Boots: reads what flash keeps, decides on safe mode, starts the tasks and then the supervising
 * fiber. If the flash does not answer, the tasks start without what it keeps.
 */
async function boot(supervisor: Supervisor): Promise<void> {
    const { reports, journal } = supervisor
    try {
        if (journal) await readJournal(supervisor, journal)
        await loadKept(supervisor)
    } catch (e: any) {
        reports.exception("nothing known of the last run", e)
    }
    await checkNewTasks(supervisor)
    for (const task of supervisor.tasks.slice()) {
        applyKept(task)
        if (isBarred(task)) stopWanting(task)
    }
    while ((supervisor.flags & NEEDS_REVIEW) !== 0) await review(supervisor)
    if (journal && journal.boot > 0) supervisor.flags |= UNPROVEN
    supervisor.fiber = supervise.start(supervisor, housekeeping)
    wakeWatchers(supervisor)
}

async function readJournal(
    supervisor: Supervisor,
    journal: Journal
): Promise<void> {
    const { reports } = supervisor
    await journal.open()
    const { boot, lastEnd, shortStarts, stableMs } = journal
    reports.notice("boot {0}, last end: {1}", boot, lastEnd)
    if (shortStarts < supervisor.maxShortStarts) return
    markSafe(supervisor)
    reports.log(
        ALERT,
        "safe mode, only core tasks run: {0} starts in a row lasted under {1} s, the last ended by {2}",
        shortStarts,
        stableMs / 1000,
        lastEnd
    )
}

/**
 * Work of the supervising fiber besides the tasks.
 * @returns when to call it again, in ms on the monotonic clock; Infinity for no such time
 */
function housekeeping(supervisor: Supervisor): number {
    const { journal, clock, safeUntil, escalation } = supervisor
    const now = clock.millis()
    let due = Infinity
    if (escalation) {
        supervisor.escalation = undefined
        if (escalation === "restart")
            shutDown.start(supervisor, supervisor.restartDevice)
        else enterSafeMode.start(supervisor, "a task failed for good")
    }
    if ((supervisor.flags & UNPROVEN) !== 0) {
        due = journal.startedAt + journal.stableMs
        if (now >= due) {
            due = Infinity
            supervisor.flags &= ~UNPROVEN
            // in its own fiber, since the flash may be slow and the tasks must not wait for it
            recordStable.start(supervisor)
        }
    }
    if (safeUntil === undefined) return due
    if (now >= safeUntil) leaveSafeMode.start(supervisor)
    return Math.min(due, safeUntil)
}

async function recordStable(supervisor: Supervisor): Promise<void> {
    try {
        await supervisor.journal.markStable()
    } catch (e: any) {
        supervisor.reports.exception("boot journal", e)
    }
}

/** Begins safe mode, or restarts its time limit. */
export function markSafe(supervisor: Supervisor): void {
    const { safeModeMs, clock } = supervisor
    supervisor.flags |= SAFE
    supervisor.safeUntil =
        safeModeMs > 0 ? clock.millis() + safeModeMs : undefined
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
    const { tasks, flags, reports } = supervisor
    supervisor.safeUntil = undefined
    if ((flags & SAFE) === 0) return
    supervisor.flags &= ~SAFE
    reports.notice("safe mode is over")
    await inSlices(tasks.slice(), task => {
        const isHalted = (task.flags & HALTED) !== 0
        if (task.state === "stopped" && !isHalted && !task.parent)
            autostart(task)
    })
}

/**
 * Stops all tasks, core tasks last, records a restart on purpose, and calls `then`. Start it in
 * its own fiber, since the caller may be a task that it stops.
 */
export async function shutDown(
    supervisor: Supervisor,
    then: () => ds.AsyncVoid
): Promise<void> {
    const { journal } = supervisor
    supervisor.flags |= SHUTTING_DOWN
    await stopGroup(supervisor, 0)
    await stopGroup(supervisor, CORE)
    try {
        if (journal && journal.boot > 0) await journal.markRestart()
    } catch (e: any) {
        supervisor.reports.exception("boot journal", e)
    }
    await then()
}

/**
 * Stops one group of tasks, in the reverse order of their adding. Children end with their parents.
 * @param core `CORE` for the core tasks, 0 for the others
 */
async function stopGroup(supervisor: Supervisor, core: number): Promise<void> {
    const group: TaskRecord[] = []
    const { tasks } = supervisor
    for (let i = tasks.length - 1; i >= 0; --i) {
        const task = tasks[i]
        if ((task.flags & CORE) === core && !task.parent) group.push(task)
    }
    await endTasks(supervisor, group, stopForNow)
}
