import { admitNewTasks } from "./cycles"
import { MAX_SHORT_STARTS } from "./defaults"
import { reconsider, supervise } from "./loop"
import { rest } from "./restart"
import { CORE, DISABLED, HELD, WANTED } from "./states"
import { applyKept, loadKept } from "./store"
import { BOOTED, BOOTING, SAFE, UNPROVEN, UP } from "./supervisor"
import type { Supervisor } from "./supervisor"
import { wakeWatchers } from "./watchers"

/** Begins the boot, unless it has begun. */
export function beginBoot(supervisor: Supervisor): void {
    if (supervisor.flags & BOOTING) return
    supervisor.flags |= BOOTING
    bootUp.start(supervisor)
}

/**
 * Boots: reads what was kept, decides on safe mode, starts the tasks and supervises them from
 * then on. A flash that does not answer costs what it keeps, not the tasks.
 */
async function bootUp(supervisor: Supervisor): Promise<void> {
    const { reports, journal } = supervisor
    try {
        await recall(supervisor)
    } catch (e: any) {
        reports.exception("nothing known of the last run", e)
    }
    try {
        await holdBack(supervisor)
        supervisor.flags |= BOOTED
        await reconsider(supervisor)
    } catch (e: any) {
        supervisor.flags |= BOOTED
        reports.exception("boot", e)
    }
    supervisor.flags |= UP
    wakeWatchers(supervisor)
    if (journal && journal.boot > 0) supervisor.flags |= UNPROVEN
    supervisor.fiber = supervise.start(supervisor)
}

async function recall(supervisor: Supervisor): Promise<void> {
    const { journal, reports, maxShortStarts } = supervisor
    if (journal) {
        await journal.open()
        const { boot, lastEnd, shortStarts, stableMs } = journal
        reports.notice("boot {0}, last end: {1}", boot, lastEnd)
        if (
            shortStarts >=
            (maxShortStarts > 0 ? maxShortStarts : MAX_SHORT_STARTS)
        ) {
            supervisor.flags |= SAFE
            reports.alert(
                "safe mode, only core tasks run: {0} starts in a row lasted under {1} s, the last ended by {2}",
                shortStarts,
                stableMs / 1000,
                lastEnd
            )
        }
    }
    await loadKept(supervisor)
}

/** Puts in force what is kept about the tasks, and in safe mode keeps all but core tasks back. */
async function holdBack(supervisor: Supervisor): Promise<void> {
    await admitNewTasks(supervisor)
    for (const task of supervisor.tasks.slice()) {
        applyKept(task)
        const isBarred = supervisor.flags & SAFE && !(task.flags & CORE)
        if (!isBarred && !(task.flags & DISABLED)) continue
        task.flags &= ~(WANTED | HELD)
        rest(task)
    }
}
