import { Warden } from "./core"
import { FAILED, HandlerEntry, MAX_HANDLERS } from "./entry"
import { HandlerExistsError, UnknownHandlerError } from "./errors"
import { Handler, HandlerOptions } from "./handler"
import { NONE } from "./levels"

/** The handlers by their unique names, those with the same formatter side by side. */
export class HandlerTable {
    readonly entries: HandlerEntry[] = []

    /**
     * @throws HandlerExistsError when a handler of this name is running
     * @throws RangeError when there are too many, or for a bad option
     */
    add(
        name: string,
        handler: Handler,
        options: HandlerOptions,
        warden: Warden
    ): HandlerEntry {
        const old = this.find(name)
        if (old && old.state !== FAILED) throw new HandlerExistsError(name)
        if (this.entries.length >= MAX_HANDLERS)
            throw new RangeError(
                `log handler "${name}": at most ${MAX_HANDLERS} fit`
            )
        const entry = new HandlerEntry(name, handler, warden, options)
        if (old) this.remove(name)
        this.insert(entry)
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
        this.entries.insert(this.entries.indexOf(entry), -1)
        return entry
    }

    /** Puts an entry beside the others with its formatter, which then runs once for all. */
    insert(entry: HandlerEntry): void {
        const { entries } = this
        let at = entries.length
        for (let i = 0; i < entries.length; ++i)
            if (entries[i].formatter === entry.formatter) at = i + 1
        entries.insert(at, 1)
        entries[at] = entry
    }

    private find(name: string): HandlerEntry | undefined {
        for (const entry of this.entries) if (entry.name === name) return entry
        return undefined
    }

    private names(): string[] {
        return this.entries.map(entry => entry.name)
    }
}
