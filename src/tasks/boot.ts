import * as ds from "@devicescript/core"
import { Journal, MAX_SHORT_STARTS, SAFE_MODE_MS } from "./options"
import { checkNewTasks, review, supervise } from "./loop"
import { applyKept, loadKept } from "./overrides"
import {
    BOOTED,
    BOOTING,
    CORE,
    DISABLED,
    isLive,
    pauseForChange,
    SAFE,
    SHUTTING_DOWN,
    Supervisor,
    TaskRecord,
    UNPROVEN,
    UP,
    wake,
    wakeWatchers,
    WANTED,
} from "./state"
import { autostart } from "./task"
import { stopForGood, stopWanting } from "./transitions"
import { awaitEnds, Ends } from "./waits"

// The life of the registry as a whole: boot, safe mode (T18), shut-down.

/** So many tasks are dealt with before the fiber yields: a slice has a limited number of steps. */
const TASKS_PER_SLICE = 12

/** Begins the boot, unless it has begun. */
export function beginBoot(supervisor: Supervisor): void {
    if ((supervisor.flags & BOOTING) !== 0) return
    supervisor.flags |= BOOTING
    boot.start(supervisor)
}

/** Waits until the boot is over. */
export async function awaitBoot(supervisor: Supervisor): Promise<void> {
    beginBoot(supervisor)
    while ((supervisor.flags & UP) === 0) await pauseForChange(supervisor)
}

/**
 * Boots: reads what was kept, decides on safe mode, starts the tasks and supervises them from
 * then on. A flash that does not answer costs what it keeps, not the tasks.
 */
async function boot(supervisor: Supervisor): Promise<void> {
    const { reports, journal } = supervisor
    try {
        if (journal) await readJournal(supervisor, journal)
        await loadKept(supervisor)
    } catch (e: any) {
        reports.exception("nothing known of the last run", e)
    }
    try {
        await checkNewTasks(supervisor)
        for (const task of supervisor.tasks.slice()) {
            applyKept(task)
            if (isBarred(task)) stopWanting(task)
        }
        supervisor.flags |= BOOTED
        await review(supervisor)
    } catch (e: any) {
        supervisor.flags |= BOOTED
        reports.exception("boot", e)
    }
    supervisor.flags |= UP
    wakeWatchers(supervisor)
    if (journal && journal.boot > 0) supervisor.flags |= UNPROVEN
    supervisor.fiber = supervise.start(supervisor, housekeeping)
}

async function readJournal(
    supervisor: Supervisor,
    journal: Journal
): Promise<void> {
    const { reports, maxShortStarts } = supervisor
    await journal.open()
    const { boot, lastEnd, shortStarts, stableMs } = journal
    reports.notice("boot {0}, last end: {1}", boot, lastEnd)
    const most =
        maxShortStarts === undefined ? MAX_SHORT_STARTS : maxShortStarts
    if (shortStarts < most) return
    markSafe(supervisor)
    reports.alert(
        "safe mode, only core tasks run: {0} starts in a row lasted under {1} s, the last ended by {2}",
        shortStarts,
        stableMs / 1000,
        lastEnd
    )
}

function isBarred(task: TaskRecord): boolean {
    if ((task.flags & DISABLED) !== 0) return true
    return (task.supervisor.flags & SAFE) !== 0 && (task.flags & CORE) === 0
}

/** What is to be done beside the tasks. @returns when it wants to be called again, in ms */
function housekeeping(supervisor: Supervisor): number {
    const { journal, clock, safeUntil, escalation } = supervisor
    const now = clock.millis()
    let due = Infinity
    if (escalation) {
        supervisor.escalation = undefined
        if (escalation === "restart")
            shutDown.start(
                supervisor,
                supervisor.restartDevice || (() => ds.restart())
            )
        else enterSafeMode.start(supervisor, "a task failed for good")
    }
    if ((supervisor.flags & UNPROVEN) !== 0) {
        const stableAt = journal.startedAt + journal.stableMs
        if (now < stableAt) due = stableAt
        else {
            supervisor.flags &= ~UNPROVEN
            // a fiber of its own: the flash may take its time, and the tasks do not wait for it
            recordStable.start(supervisor)
        }
    }
    if (safeUntil === undefined) return due
    if (now >= safeUntil) leaveSafeMode.start(supervisor)
    else due = Math.min(due, safeUntil)
    return due
}

async function recordStable(supervisor: Supervisor): Promise<void> {
    try {
        await supervisor.journal.markStable()
    } catch (e: any) {
        supervisor.reports.exception("boot journal", e)
    }
}

/** Begins safe mode, or its time anew. */
export function markSafe(supervisor: Supervisor): void {
    const { safeModeMs } = supervisor
    const length = safeModeMs === undefined ? SAFE_MODE_MS : safeModeMs
    supervisor.flags |= SAFE
    supervisor.safeUntil =
        length > 0 ? supervisor.clock.millis() + length : undefined
    wake(supervisor)
}

/** Stops all but the core tasks, and waits for their ends. */
export async function enterSafeMode(
    supervisor: Supervisor,
    why: string
): Promise<void> {
    if ((supervisor.flags & SAFE) === 0)
        supervisor.reports.alert("safe mode, only core tasks run: {0}", why)
    markSafe(supervisor)
    const others = supervisor.tasks.filter(
        task => (task.flags & CORE) === 0 && !task.parent
    )
    await awaitEnds(supervisor, await stopInSlices(others))
}

/** Ends safe mode: the tasks that it kept from starting are started. */
export async function leaveSafeMode(supervisor: Supervisor): Promise<void> {
    supervisor.safeUntil = undefined
    if ((supervisor.flags & SAFE) === 0) return
    supervisor.flags &= ~SAFE
    supervisor.reports.notice("safe mode is over")
    let seen = 0
    for (const task of supervisor.tasks.slice()) {
        const isIdle = !isLive(task) && (task.flags & WANTED) === 0
        if (isIdle && task.state === "stopped" && !task.parent) autostart(task)
        if (++seen % TASKS_PER_SLICE === 0) await ds.sleep(0)
    }
}

/**
 * Stops all tasks, core tasks last, records a restart on purpose, and calls `then`. To be started
 * as a fiber, since the caller may be a task.
 */
export async function shutDown(
    supervisor: Supervisor,
    then: () => void
): Promise<void> {
    const { journal, tasks, reports } = supervisor
    supervisor.flags |= SHUTTING_DOWN
    const others = tasks.filter(task => (task.flags & CORE) === 0)
    const core = tasks.filter(task => (task.flags & CORE) !== 0)
    for (const group of [others, core])
        await awaitEnds(supervisor, await stopInSlices(group))
    try {
        if (journal && journal.boot > 0) await journal.markRestart()
    } catch (e: any) {
        reports.exception("boot journal", e)
    }
    then()
}

/** Stops tasks, last first. */
async function stopInSlices(tasks: TaskRecord[]): Promise<Ends> {
    const ends: Ends = { tasks, runs: tasks.map(task => task.runs) }
    for (let i = tasks.length - 1; i >= 0; --i) {
        ends.runs[i] = tasks[i].runs
        stopForGood(tasks[i])
        if (i % TASKS_PER_SLICE === 0) await ds.sleep(0)
    }
    return ends
}
