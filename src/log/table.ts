import { Core, HandlerEntry } from "./core"
import { HandlerExistsError, UnknownHandlerError } from "./errors"
import { Handler } from "./handler"
import { Level, NONE } from "./levels"
import { optionError, OptionTable, checkOption } from "../platform"

/** Most handlers and receivers of one log. */
export const MAX_HANDLERS = 16
const NAME: OptionTable = " name: text 1 32"

/**
 * Checks that something may be added as a handler: the name is free, or its handler is out.
 * @returns the one that is out, or undefined
 * @throws HandlerExistsError, OPTION_ERROR for a bad name or handler, RangeError when there are too many
 */
export function checkNew(
    core: Core,
    name: string,
    handler: Handler
): HandlerEntry | undefined {
    checkOption("log handler", NAME, "name", name)
    if (!handler || typeof handler.emit !== "function")
        throw optionError(
            `log handler "${name}"`,
            "emit",
            "a function",
            handler
        )
    const old = findEntry(core, name)
    if (old && !old.failed) throw new HandlerExistsError(name)
    if (!old && core.entries.length >= MAX_HANDLERS)
        throw new RangeError(
            `log handler "${name}": at most ${MAX_HANDLERS} fit`
        )
    return old
}

/** @throws UnknownHandlerError */
export function getEntry(core: Core, name: string): HandlerEntry {
    const entry = findEntry(core, name)
    if (entry) return entry
    const names = core.entries.map(other => other.name)
    throw new UnknownHandlerError(name, names)
}

/** Removes an entry, which takes no record from now on. */
export function removeEntry(core: Core, entry: HandlerEntry): void {
    entry.level = NONE
    core.entries = without(core.entries, entry)
}

/** Puts an entry, new or changed, beside those with the same formatter. */
export function placeEntry(core: Core, entry: HandlerEntry): void {
    const entries = without(core.entries, entry)
    let at = entries.length
    while (at > 0 && entries[at - 1].formatter !== entry.formatter) at--
    if (at === 0) at = entries.length
    entries.insert(at, 1)
    entries[at] = entry
    core.entries = entries
}

/** The most detailed level that a handler takes of any topic. */
export function finestOf({ level, levels }: HandlerEntry): Level {
    return levels ? Math.min(level, levels.finest()) : level
}

function findEntry(core: Core, name: string): HandlerEntry | undefined {
    return core.entries.find(entry => entry.name === name)
}

/** All elements but one. */
export function without<T>(list: T[], element: T): T[] {
    return list.filter(other => other !== element)
}
