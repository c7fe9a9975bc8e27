import { Core, FAILED, HandlerEntry, RUNNING } from "./core"
import { deliverDeferred } from "./dispatch"
import { report, takeOut } from "./faults"
import { ERROR, Level } from "./levels"
import { Account } from "./queue"
import { finestOf } from "./table"
import { renderError } from "./text"

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
    const state = entry.failed ? FAILED : RUNNING
    return { name, level: finestOf(entry), state, error, account }
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
