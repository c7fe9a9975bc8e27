import { Signal } from "../platform"
import { Core, HandlerEntry } from "./core"
import { deliverDeferred, settleCounts } from "./dispatch"
import { activate } from "./entry"
import { report, takeOut } from "./faults"
import { ERROR, WARNING } from "./levels"
import { isLow, takeDropped } from "./queue"
import { renderError } from "./render"
import { placeEntry } from "./table"
import { invalidate } from "./topic"

// The work of the log outside log calls: it opens and closes handlers, reports what was dropped,
// and brings back what was taken out.

/** Schedules maintenance at `time`, in ms since start, unless it is due earlier. */
export function wakeAt(core: Core, time: number): void {
    if (!(time < core.dueAt)) return
    core.dueAt = time
    if (core.maintenance) return core.maintenance.notify()
    core.maintenance = new Signal()
    maintain.start(core)
}

/** The maintenance fiber; it ends when nothing more is due. */
async function maintain(core: Core): Promise<void> {
    try {
        while (core.dueAt !== Infinity) {
            const wait = core.dueAt - core.millis()
            await core.maintenance.wait(Math.max(1, wait))
            doDue(core)
        }
    } catch (e: any) {
        reportNow(core, "log", e)
    }
    core.maintenance = undefined
}

/** Does what is due: reports what was dropped, and brings back what was taken out. */
export function doDue(core: Core): void {
    const now = core.millis()
    if (now < core.dueAt) return
    core.dueAt = Infinity
    settleCounts(now)
    reportRefused(core, now)
    const { globalFilters } = core
    if (globalFilters) core.due(globalFilters.bringBack(now))
    for (const entry of core.entries) checkEntry(core, entry, now)
    invalidate(core)
    deliverDeferred(core)
}

/** Opens a handler; one that throws is taken out. */
export async function openEntry(
    core: Core,
    entry: HandlerEntry
): Promise<void> {
    try {
        await entry.handler.open()
    } catch (e: any) {
        takeOut(core, entry, "opening ", e)
        deliverDeferred(core)
    }
}

/** Closes a handler that has been removed or replaced; logs what it throws. */
export async function closeEntry(
    core: Core,
    entry: HandlerEntry
): Promise<void> {
    const { handler, name } = entry
    try {
        if (handler.close) await handler.close()
    } catch (e: any) {
        reportNow(core, `closing log handler "${name}"`, e)
    }
}

function reportNow(core: Core, what: string, error: unknown): void {
    report(core, ERROR, `${what}: ${renderError(error)}`)
    deliverDeferred(core)
}

/** Reports records logged inside handlers and dropped; those that the report causes only count. */
function reportRefused(core: Core, now: number): void {
    const { refused, refusedAt } = core
    if (refusedAt === undefined) return
    if (now < refusedAt) return core.due(refusedAt)
    core.refused = 0
    core.refusedAt = Infinity
    report(
        core,
        WARNING,
        `log: ${refused} records dropped that were logged inside handlers`
    )
    deliverDeferred(core)
    core.refusedAt = undefined
}

/** Does what is due for a handler at `now`, in ms since start. */
function checkEntry(core: Core, entry: HandlerEntry, now: number): void {
    const { backAt, unreported } = entry
    if (backAt <= now) {
        activate(entry, now)
        placeEntry(core, entry)
    } else if (backAt > 0) core.due(backAt)
    if (entry.failed) return
    if (unreported > 0 && now < entry.reportAt) core.due(entry.reportAt)
    else if (unreported > 0) {
        entry.unreported = 0
        reportDropped(core, entry, unreported, "burst limit")
    }
    const { queue } = entry.handler
    if (!queue || !(queue.unreported > 0) || !isLow(queue)) return
    const count = takeDropped(queue)
    const { dropped, onLow } = queue
    // a queue that drops the report, as that of a closed log, must not ask for the next one
    queue.onLow = undefined
    reportDropped(core, entry, count, "queue full")
    deliverDeferred(core)
    queue.onLow = onLow
    // the next report includes its count
    if (queue.dropped !== dropped) queue.unreported += count
}

function reportDropped(
    core: Core,
    entry: HandlerEntry,
    count: number,
    reason: string
): void {
    report(
        core,
        WARNING,
        `log handler "${entry.name}": ${count} records dropped, ${reason}`,
        entry
    )
}
