import type { AtOnce } from "./fibers"
import { removeFrom } from "./list"
import { optionError } from "./options"

/** What takes the report about a listener that threw, as a logger does. */
interface Reports {
    exception(message: string, error: unknown): void
}

/**
 * Adds a listener to a list.
 * @returns a function that takes it out again
 * @throws OPTION_ERROR for what is no function
 */
export function addListener<T>(listeners: T[], listener: T): () => void {
    if (typeof listener !== "function")
        throw optionError("listeners", "listener", "a function", listener)
    listeners.push(listener)
    return () => {
        removeFrom(listeners, listener)
    }
}

/**
 * Calls all listeners of a list as it is now: one may take itself or another out. One that throws
 * keeps no other from its call.
 * @param what names a listener that throws, in the report
 * @param reports takes the report; the console when left out
 */
export function callListeners<T>(
    listeners: ((change: T) => AtOnce)[],
    change: T,
    what: string,
    reports?: Reports
): void {
    for (const listener of listeners.slice())
        try {
            listener(change)
        } catch (e: any) {
            if (reports) reports.exception(what, e)
            else console.error(what, e)
        }
}
