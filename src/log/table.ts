import { FAILED, HandlerEntry, MAX_HANDLERS, Warden } from "./entry"
import { HandlerExistsError, UnknownHandlerError } from "./errors"
import { Handler, HandlerOptions } from "./handler"
import { Level, NONE } from "./levels"

/** The handlers by their unique names. */
export class HandlerTable {
    /**
     * Those with the same formatter side by side, which then runs once for all of them.
     * The array is never changed but replaced: a dispatch may be going through it.
     */
    entries: HandlerEntry[] = []

    /**
     * Adds a handler; one that is out gives its name up.
     * @throws HandlerExistsError when a handler of this name is running
     * @throws RangeError when there are too many, or for a bad option
     */
    add(
        name: string,
        handler: Handler,
        warden: Warden,
        options: HandlerOptions
    ): HandlerEntry {
        const old = this.find(name)
        if (old && old.state !== FAILED) throw new HandlerExistsError(name)
        if (!old && this.entries.length >= MAX_HANDLERS)
            throw new RangeError(
                `log handler "${name}": at most ${MAX_HANDLERS} fit`
            )
        const entry = new HandlerEntry(name, handler, warden, options)
        if (old) this.remove(name)
        const entries = this.entries.slice()
        entries.push(entry)
        this.entries = entries
        this.group()
        return entry
    }

    /** @throws UnknownHandlerError */
    get(name: string): HandlerEntry {
        const entry = this.find(name)
        if (!entry) throw new UnknownHandlerError(name, this.names())
        return entry
    }

    /** @throws UnknownHandlerError */
    remove(name: string): HandlerEntry {
        const entry = this.get(name)
        entry.level = NONE
        this.entries = this.entries.filter(other => other !== entry)
        return entry
    }

    /** Brings handlers with the same formatter together. */
    group(): void {
        const grouped: HandlerEntry[] = []
        for (const entry of this.entries) {
            let at = grouped.length
            while (at > 0 && grouped[at - 1].formatter !== entry.formatter) at--
            if (at === 0) at = grouped.length
            grouped.insert(at, 1)
            grouped[at] = entry
        }
        this.entries = grouped
    }

    /** The most detailed level that any of them takes. */
    mostDetailed(): Level {
        let most = NONE
        for (const entry of this.entries) most = Math.max(most, entry.level)
        return most
    }

    find(name: string): HandlerEntry | undefined {
        return this.entries.find(entry => entry.name === name)
    }

    names(): string[] {
        return this.entries.map(entry => entry.name)
    }
}
