import { spawn } from "../platform"
import { Core, HandlerEntry } from "./core"
import { deliverDeferred } from "./dispatch"
import { accountOf } from "./entry"
import { openFailed, report } from "./faults"
import { ERROR, Level } from "./levels"
import { Account } from "./queue"
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

/** What `handlers()` tells of one. */
export function handlerInfo(entry: HandlerEntry): HandlerInfo {
    const { name, level, state, error } = entry
    return { name, level, state, error, account: accountOf(entry) }
}

/** Opens a handler in a fiber of its own; one that throws is taken out. */
export function openEntry(core: Core, entry: HandlerEntry): void {
    spawn(
        async () => {
            await entry.handler.open()
        },
        error => {
            openFailed(core, entry, "opening ", error)
            deliverDeferred(core)
        }
    )
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
