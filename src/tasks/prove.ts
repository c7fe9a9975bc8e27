import type { BootJournal } from "./journal"
import { UNPROVEN } from "./supervisor"
import type { Supervisor } from "./supervisor"

/**
 * Has the boot journal record that this run has lasted, once it has.
 * @returns when that will be, in ms since start; Infinity when nothing is left to do
 */
export function prove(supervisor: Supervisor): number {
    const { journal, clock } = supervisor
    const at = journal.startedAt + journal.stableMs
    if (clock.millis() < at) return at
    supervisor.flags &= ~UNPROVEN
    // a fiber of its own: the flash may take its time, and the tasks do not wait for it
    record.start(supervisor, journal)
    return Infinity
}

async function record(
    supervisor: Supervisor,
    journal: BootJournal
): Promise<void> {
    try {
        await journal.markStable()
    } catch (e: any) {
        supervisor.reports.exception("boot journal", e)
    }
}
