import { Signal, spawn } from "../platform"
import { Core, HandlerEntry, RUNNING } from "./core"
import { deliverDeferred } from "./dispatch"
import { restoreEntry } from "./entry"
import { report } from "./faults"
import { ERROR, WARNING } from "./levels"
import { groupEntries } from "./table"
import { renderError } from "./text"
import { invalidate } from "./topics"

/** Something is to be done at `time` (ms since start) or later. */
export function due(core: Core, time: number): void {
    if (!(time < core.dueAt)) return
    core.dueAt = time
    if (core.keeper) return core.keeper.notify()
    core.keeper = new Signal()
    spawn(
        async () => {
            await keep(core)
        },
        error => {
            core.keeper = undefined
            report(core, ERROR, `log: ${renderError(error)}`)
            deliverDeferred(core)
        }
    )
}

/** The fiber that does what is due; it lives only while something is. */
async function keep(core: Core): Promise<void> {
    while (core.dueAt !== Infinity) {
        const wait = core.dueAt - core.clock.millis()
        await core.keeper.wait(Math.max(1, wait))
        doDue(core)
    }
    core.keeper = undefined
}

/** Does what is due by now: reports of what was dropped, returns of what was taken out. */
export function doDue(core: Core): void {
    const now = core.clock.millis()
    if (now < core.dueAt) return
    core.dueAt = Infinity
    if (core.refused)
        report(
            core,
            WARNING,
            `log: ${core.refused} records dropped that were logged inside handlers`
        )
    core.refused = 0
    if (core.primary) due(core, core.primary.bringPrimaryBack(now))
    for (const entry of core.entries) {
        bringBack(core, entry, now)
        if (entry.state === RUNNING) {
            reportBurst(core, entry, now)
            reportQueue(core, entry)
        }
    }
    groupEntries(core)
    invalidate(core)
    deliverDeferred(core)
}

function bringBack(core: Core, entry: HandlerEntry, now: number): void {
    if (entry.backAt <= now) restoreEntry(entry)
    else due(core, entry.backAt)
}

function reportBurst(core: Core, entry: HandlerEntry, now: number): void {
    const count = entry.unreported
    if (!count) return
    if (now < entry.reportAt) return due(core, entry.reportAt)
    entry.unreported = 0
    reportDropped(core, entry, count, "burst limit")
}

/** Reports what a queue dropped, once it is low. */
function reportQueue(core: Core, entry: HandlerEntry): void {
    const { queue } = entry.handler
    if (!queue || !queue.isLow()) return
    const count = queue.takeDropped()
    if (!count) return
    const { dropped } = queue
    reportDropped(core, entry, count, "queue full")
    deliverDeferred(core)
    // the report itself was dropped: the count stands for the next one
    if (queue.dropped !== dropped) queue.returnDropped(count)
}

function reportDropped(
    core: Core,
    entry: HandlerEntry,
    count: number,
    reason: string
): void {
    const what = `log handler "${entry.name}"`
    report(core, WARNING, `${what}: ${count} records dropped, ${reason}`, entry)
}
