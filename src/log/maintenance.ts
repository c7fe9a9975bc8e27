import { Signal } from "../platform"
import { Core, HandlerEntry } from "./core"
import { deliverDeferred } from "./dispatch"
import { restoreEntry } from "./entry"
import { report } from "./faults"
import { ERROR, WARNING } from "./levels"
import { placeEntry } from "./table"
import { renderError } from "./render"
import { invalidate } from "./topic"

/** Something is to be done at `time` (ms since start) or later. */
export function wakeAt(core: Core, time: number): void {
    if (!(time < core.dueAt)) return
    core.dueAt = time
    if (core.maintenance) return core.maintenance.notify()
    core.maintenance = new Signal()
    maintain.start(core)
}

/** The fiber that does what is due; it lives only while something is. */
async function maintain(core: Core): Promise<void> {
    try {
        while (core.dueAt !== Infinity) {
            const wait = core.dueAt - core.clock.millis()
            await core.maintenance.wait(Math.max(1, wait))
            doDue(core)
        }
    } catch (e: any) {
        report(core, ERROR, `log: ${renderError(e)}`)
        deliverDeferred(core)
    }
    core.maintenance = undefined
}

/** Does what is due by now: reports of what was dropped, returns of what was taken out. */
export function doDue(core: Core): void {
    const now = core.clock.millis()
    if (now < core.dueAt) return
    core.dueAt = Infinity
    reportRefused(core, now)
    const { globalFilters } = core
    if (globalFilters) core.due(globalFilters.bringBack(now))
    for (const entry of core.entries) checkEntry(core, entry, now)
    invalidate(core)
    deliverDeferred(core)
}

/** Reports what was logged inside handlers and dropped; what the report itself causes is counted only. */
function reportRefused(core: Core, now: number): void {
    if (core.refusedAt === undefined) return
    if (now < core.refusedAt) return core.due(core.refusedAt)
    const { refused } = core
    core.refusedAt = undefined
    core.refused = undefined
    report(
        core,
        WARNING,
        `log: ${refused} records dropped that were logged inside handlers`
    )
    core.reporting = true
    deliverDeferred(core)
    core.reporting = false
}

/** Does what is due for a handler. */
function checkEntry(core: Core, entry: HandlerEntry, now: number): void {
    const { backAt, unreported } = entry
    if (backAt <= now) {
        restoreEntry(entry)
        placeEntry(core, entry)
    } else if (backAt > 0) core.due(backAt)
    if (entry.failed) return
    if (unreported > 0 && now < entry.reportAt) core.due(entry.reportAt)
    else if (unreported > 0) {
        entry.unreported = 0
        reportDropped(core, entry, unreported, "burst limit")
    }
    const { queue } = entry.handler
    if (!queue || !(queue.unreported > 0) || !queue.isLow()) return
    const count = queue.takeDropped()
    const before = queue.dropped
    reportDropped(core, entry, count, "queue full")
    deliverDeferred(core)
    // the report itself was dropped: the count stands for the next one
    if (queue.dropped !== before) queue.unreported += count
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
