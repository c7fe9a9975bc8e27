import * as ds from "@devicescript/core"
import { isAlive, resumeFiber } from "../platform"
import { Core, HandlerEntry, Losses } from "./core"
import { deliverDeferred, settleCounts } from "./dispatch"
import { activate } from "./entry"
import { report, takeOut } from "./faults"
import { tellChange } from "./level-watch"
import { ERROR, Level, WARNING } from "./levels"
import { isLow } from "./queue"
import { renderError } from "./render"
import { placeEntry } from "./table"

// The work of the log outside log calls: it opens and closes handlers, reports what was dropped,
// and brings back what was taken out.

/** Schedules maintenance at `time`, in ms since start or undefined for now, unless it is due earlier. */
export function wakeAt(core: Core, time: number | undefined): void {
    if (time >= core.dueAt) return
    core.dueAt = time ?? 0
    if (core.maintenance) resumeFiber(core.maintenance)
    else core.maintenance = maintain.start(core)
}

/** The maintenance fiber; it ends when nothing more is due. */
async function maintain(core: Core): Promise<void> {
    try {
        while (core.dueAt !== Infinity) {
            const wait = core.dueAt - core.millis()
            await ds.suspend(Math.max(1, wait))
            doDue(core)
        }
    } catch (e: any) {
        reportNow(core, ERROR, "log: " + renderError(e))
    }
    core.maintenance = undefined
}

/** Does what is due: reports what was dropped, and brings back what was taken out. */
export function doDue(core: Core): void {
    const now = core.millis()
    if (now < core.dueAt) return
    core.dueAt = Infinity
    settleCounts(now)
    reportDropped(core, core, now, "log", " that were logged inside handlers")
    const { globalFilters } = core
    if (globalFilters) globalFilters.bringBack(core, now)
    for (const entry of core.entries) checkEntry(core, entry, now)
    // handlers may have been taken out, or have come back
    tellChange(core, false)
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
        entry.unopened = true
        deliverDeferred(core)
    }
}

/** Places an entry whose options are in force, new, changed or back, and opens it if that failed. */
export function putInForce(core: Core, entry: HandlerEntry): void {
    placeEntry(core, entry)
    if (!entry.unopened) return
    entry.unopened = false
    openEntry.start(core, entry)
}

/** Closes a handler that has been removed or replaced; logs what it throws. */
export async function closeEntry(
    core: Core,
    entry: HandlerEntry
): Promise<void> {
    const { handler } = entry
    try {
        if (handler.close) await handler.close()
    } catch (e: any) {
        reportNow(
            core,
            ERROR,
            `closing log handler "${entry.name}": ${renderError(e)}`
        )
    }
}

/** The longest that `closeLog` waits for one handler, in ms. */
export const CLOSE_MS = 10_000

/**
 * Closes all handlers of a log, one after the other, as before a restart: what they have pending is
 * written and sent. It waits for each at most 10 s, as one that hangs must not hold up the restart.
 * They stay in the list, and what is logged later may be lost.
 */
export async function closeLog(log: Core): Promise<void> {
    for (const entry of log.entries.slice()) {
        const closing = closeEntry.start(log, entry)
        const last = log.millis() + CLOSE_MS
        while (isAlive(closing) && log.millis() < last) await ds.sleep(5)
    }
}

/** Delivers a report of the log at once. */
function reportNow(
    core: Core,
    level: Level,
    message: string,
    forced?: HandlerEntry
): void {
    report(core, level, message, forced)
    deliverDeferred(core)
}

/** Does what is due for a handler at `now`, in ms since start. */
function checkEntry(core: Core, entry: HandlerEntry, now: number): void {
    const { backAt } = entry
    if (backAt <= now) {
        activate(entry, now)
        putInForce(core, entry)
    } else if (backAt > 0) core.due(backAt)
    if (entry.failed) return
    const what = `log handler "${entry.name}"`
    reportDropped(core, entry, now, what, ", burst limit", entry)
    const { queue } = entry.handler
    if (!queue || !isLow(queue)) return
    const { dropped, unreported, onLow } = queue
    if (!(unreported > 0)) return
    // a queue that drops the report, as that of a closed log, must not ask for the next one
    queue.onLow = undefined
    reportDropped(core, queue, now, what, ", queue full", entry)
    queue.onLow = onLow
    // the next report includes its count
    if (queue.dropped !== dropped) queue.unreported += unreported
}

/**
 * Reports what was dropped, once it is time. What is dropped because of the report only counts: it
 * is reported with what is dropped later.
 */
function reportDropped(
    core: Core,
    losses: Losses,
    now: number,
    what: string,
    reason: string,
    forced?: HandlerEntry
): void {
    const { unreported, reportAt } = losses
    if (!(unreported > 0)) return
    if (now < reportAt) return core.due(reportAt)
    losses.unreported = 0
    losses.reportAt = Infinity
    reportNow(
        core,
        WARNING,
        `${what}: ${unreported} records dropped${reason}`,
        forced
    )
    losses.reportAt = undefined
}
