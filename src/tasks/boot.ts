import { ALERT } from "../log"
import { checkNewTasks, review, supervise } from "./loop"
import { Journal } from "./options"
import { applyKept, loadKept } from "./overrides"
import { markSafe } from "./safe-mode"
import {
    inSlices,
    isBarred,
    NEEDS_REVIEW,
    pauseForChange,
    raise,
    Supervisor,
    UNPROVEN,
    wakeWatchers,
} from "./state"
import { refitPlan, stopWanting } from "./transitions"

// The boot of the registry (T17): journal, what flash keeps, and the first start of all tasks.

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
    const { journal } = supervisor
    try {
        if (journal) await readJournal(supervisor, journal)
        await loadKept(supervisor)
    } catch (e: any) {
        supervisor.reports.exception("nothing known of the last run", e)
    }
    await checkNewTasks(supervisor)
    for (const task of supervisor.tasks.slice()) {
        applyKept(task)
        if (isBarred(task)) stopWanting(task)
    }
    while ((supervisor.flags & NEEDS_REVIEW) !== 0) await review(supervisor)
    if (journal) raise(supervisor, UNPROVEN)
    supervisor.fiber = supervise.start(supervisor)
    wakeWatchers(supervisor)
}

async function readJournal(
    supervisor: Supervisor,
    journal: Journal
): Promise<void> {
    const { reports } = supervisor
    await journal.open()
    reports.notice("boot {0}, last end: {1}", journal.boot, journal.lastEnd)
    if (journal.shortStarts < supervisor.maxShortStarts) return
    markSafe(supervisor)
    reports.log(
        ALERT,
        "safe mode, only core tasks run: {0} starts in a row lasted under {1} s, the last ended by {2}",
        journal.shortStarts,
        journal.stableMs / 1000,
        journal.lastEnd
    )
}
