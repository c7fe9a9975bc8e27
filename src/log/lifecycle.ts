import * as ds from "@devicescript/core"
import { Core, FAILED, HandlerEntry, RUNNING } from "./core"
import { deliverDeferred, windowOf } from "./dispatch"
import { report, takeOut } from "./faults"
import { HandlerOptions } from "./handler"
import { ERROR, Level } from "./levels"
import { Account } from "./queue"
import { finestOf, without } from "./table"
import { renderError } from "./render"

/** What `handlers()` tells of a handler. */
export interface HandlerInfo {
    name: string
    /** The level in force; NONE while it is out. */
    level: Level
    /** `running` or `failed`. */
    state: string
    /** What it threw last; undefined when it never did. */
    error: string | undefined
    account: Account
    /** The options in force, which may be given to `configureHandler` again. */
    options: HandlerOptions
}

/** What `handlers()` tells of one: the handler's own account, and what never reached it. */
export function handlerInfo(entry: HandlerEntry): HandlerInfo {
    const { name, error, handler, passed } = entry
    const own = handler.queue || handler
    const dropped = entry.dropped ?? 0
    const account: Account = {
        received: 0,
        delivered: 0,
        queued: 0,
        dropped: 0,
    }
    if (own.account) Object.assign(account, own.account())
    else account.received = account.delivered = passed
    account.received += dropped
    account.dropped += dropped
    if (ds.isSimulator()) checkAccount(name, account)
    const state = entry.failed ? FAILED : RUNNING
    const options = optionsOf(entry)
    return { name, level: finestOf(entry), state, error, account, options }
}

/** The options in force; those of a handler that is out are what it comes back with. */
function optionsOf(entry: HandlerEntry): HandlerOptions {
    const { levels, direct, filterDefault, restartAfter, loggers } = entry
    const { level, filters, formatter } = entry.asked || entry
    const own = filters ? without(filters, levels) : []
    const window = windowOf(entry)
    const options: HandlerOptions = {
        filters: own,
        formatter,
        burst: entry.burst > 0 ? { records: entry.burst, window } : null,
        levels,
        direct,
        filterDefault,
        restartAfter,
        loggers,
    }
    if (!levels) options.level = level
    return options
}

/** What must hold at each moment; a board goes on without asking. */
function checkAccount(name: string, account: Account): void {
    const { received, delivered, queued, dropped } = account
    if (received !== delivered + queued + dropped)
        throw new Error(
            `log handler "${name}": ${received} received, ${delivered} delivered, ${queued} queued, ${dropped} dropped`
        )
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

/** Closes a handler that has been removed; what it throws is logged. */
export async function closeEntry(
    core: Core,
    entry: HandlerEntry
): Promise<void> {
    const { handler, name } = entry
    try {
        if (handler.close) await handler.close()
    } catch (e: any) {
        report(core, ERROR, `closing log handler "${name}": ${renderError(e)}`)
        deliverDeferred(core)
    }
}
