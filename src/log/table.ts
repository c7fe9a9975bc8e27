import {
    checkOption,
    nameOf,
    optionError,
    OptionTable,
    rangeError,
} from "../platform"
import { Core, HandlerEntry } from "./core"
import { Handler } from "./handler"
import { NONE } from "./levels"
import { invalidate } from "./topic"

/** Most handlers and receivers of one log. */
export const MAX_HANDLERS = 16
/** Name of the error about a handler name that is taken. */
export const HANDLER_EXISTS_ERROR = "HandlerExistsError"
/** Name of the error about a name that no handler has; the message lists the names there are. */
export const UNKNOWN_HANDLER_ERROR = "UnknownHandlerError"
const NAME: OptionTable = " name: text 1 32"

/**
 * Checks that a handler may be added: its name is free, or the handler of that name is out.
 * @returns the handler of that name, which is out; undefined when there is none
 * @throws HANDLER_EXISTS_ERROR, OPTION_ERROR for a bad name or handler, RangeError beyond
 * MAX_HANDLERS
 */
export function checkNew(
    core: Core,
    name: string,
    handler: Handler
): HandlerEntry | undefined {
    const { entries } = core
    checkOption("log handler", NAME, "name", name)
    const thing = `log handler "${name}"`
    if (!handler || typeof handler.emit !== "function")
        throw optionError(thing, "emit", "a function", handler)
    const old = findEntry(core, name)
    if (old) {
        if (!old.failed)
            throw rangeError(HANDLER_EXISTS_ERROR, thing + " exists already")
    } else if (entries.length >= MAX_HANDLERS)
        throw new RangeError(`${thing}: at most ${MAX_HANDLERS} fit`)
    return old
}

/** The entry of a name. @throws UNKNOWN_HANDLER_ERROR */
export function getEntry(core: Core, name: string): HandlerEntry {
    const entry = findEntry(core, name)
    if (entry) return entry
    const names = core.entries.map(nameOf).join(", ")
    throw rangeError(
        UNKNOWN_HANDLER_ERROR,
        `no log handler "${name}"; there are: ${names || "none"}`
    )
}

/** Removes an entry, also from a dispatch under way: it takes no more records. */
export function removeEntry(core: Core, entry: HandlerEntry): void {
    entry.threshold = entry.plainLevel = NONE
    core.entries = without(core.entries, entry)
    invalidate(core)
}

/** Places an entry, new or changed, next to those with the same formatter. */
export function placeEntry(core: Core, entry: HandlerEntry): void {
    const entries = without(core.entries, entry)
    const { length } = entries
    const formatter = entry.activeFormatter
    let at = length
    while (at > 0 && entries[at - 1].activeFormatter !== formatter) at--
    if (at === 0) at = length
    entries.insert(at, 1)
    entries[at] = entry
    core.entries = entries
    invalidate(core)
}

function findEntry(core: Core, name: string): HandlerEntry | undefined {
    for (const entry of core.entries) if (entry.name === name) return entry
    return undefined
}

/** All elements but one. */
export function without<T>(list: T[], element: T): T[] {
    return list.filter(other => other !== element)
}
