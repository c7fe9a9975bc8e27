import { wakeWatchers } from "./watchers"
import * as ds from "@devicescript/core"
import { admitNewTasks } from "./cycles"
import type { BootJournal } from "./journal"
import { reconsider, supervise } from "./loop"
import { rest } from "./restart"
import { CORE, DISABLED, HELD, WANTED } from "./states"
import type { Supervisor } from "./supervisor"

/**
 * Boots: reads what was kept, decides on safe mode, starts the tasks and supervises them from
 * then on. A flash that does not answer costs what it keeps, not the tasks.
 * @param maxShortStarts so many short starts in a row lead to safe mode
 */
export async function bootUp(
    supervisor: Supervisor,
    journal: BootJournal,
    maxShortStarts: number
): Promise<void> {
    try {
        await recall(supervisor, journal, maxShortStarts)
    } catch (e: any) {
        supervisor.journal.exception("nothing known of the last run", e)
    }
    try {
        await holdBack(supervisor)
        supervisor.booted = true
        await reconsider(supervisor)
    } catch (e: any) {
        supervisor.booted = true
        supervisor.journal.exception("boot", e)
    }
    supervisor.up = true
    wakeWatchers(supervisor)
    if (journal && journal.boot) confirm.start(supervisor, journal)
    supervise.start(supervisor)
}

async function recall(
    supervisor: Supervisor,
    journal: BootJournal,
    maxShortStarts: number
): Promise<void> {
    const { store } = supervisor
    if (journal) {
        await journal.open()
        const { boot, lastEnd, shortStarts, stableMs } = journal
        supervisor.journal.notice("boot {0}, last end: {1}", boot, lastEnd)
        supervisor.safe = shortStarts >= maxShortStarts
        if (supervisor.safe)
            supervisor.journal.alert(
                "safe mode, only core tasks run: {0} starts in a row lasted under {1} s, the last ended by {2}",
                shortStarts,
                stableMs / 1000,
                lastEnd
            )
    }
    await store.load()
}

/** Puts in force what is kept about the tasks, and in safe mode keeps all but core tasks back. */
async function holdBack(supervisor: Supervisor): Promise<void> {
    await admitNewTasks(supervisor)
    for (const task of supervisor.tasks.slice()) {
        supervisor.store.applyTo(task)
        const isBarred = supervisor.safe && !(task.flags & CORE)
        if (!isBarred && !(task.flags & DISABLED)) continue
        task.flags &= ~(WANTED | HELD)
        rest(task)
    }
}

/** Waits until this run has lasted, and says so in flash. */
async function confirm(
    supervisor: Supervisor,
    journal: BootJournal
): Promise<void> {
    await ds.sleep(journal.stableMs)
    if (supervisor.closed) return
    try {
        await journal.markStable()
    } catch (e: any) {
        supervisor.journal.exception("boot journal", e)
    }
}
