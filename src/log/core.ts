import { Clock } from "../platform"
import { HandlerEntry, Warden } from "./entry"
import { FilterOwner, LogFilter, without } from "./filters"
import { Level, TRACE } from "./levels"
import { LogRecord } from "./record"

/** What all loggers of one topic share. Fields in order of use: the VM looks them up in turn. */
export class Channel implements FilterOwner {
    /**
     * Most detailed level that is let through: of the topic, and of any handler that takes it.
     * TRACE, so that any call comes past it, while `entries` is undefined.
     */
    threshold: Level = TRACE
    readonly core: Core
    /**
     * The handlers that take this topic, those with the same formatter side by side.
     * Undefined after a change of levels, handlers or filters, until the next use: working
     * all topics out at once could take more steps than the VM allows between two waits.
     */
    entries: HandlerEntry[] = undefined
    /** Filters before all handlers; undefined when there are none. */
    filters: LogFilter[] = undefined
    constructor(
        readonly topic: string,
        core: Core
    ) {
        this.core = core
    }

    /** The threshold, worked out anew if need be. */
    level(): Level {
        if (!this.entries) this.core.refresh(this)
        return this.threshold
    }

    filterFailed(filter: LogFilter, error: unknown): void {
        this.filters = without(this.filters, filter)
        this.core.warden.filterFailed(undefined, filter, error)
    }
}

/** A record that waits for the end of the dispatch during which it was logged. */
export interface Deferred {
    channel: Channel
    record: LogRecord
    /** A handler that takes it whatever its level and burst limit; undefined = none. */
    forced: HandlerEntry
}

/** The state that the hot path needs; small, since the VM looks fields up in turn. */
export class Core {
    /** 0 = idle, 1 = a record is being dispatched, 2 = a deferred one is. */
    depth = 0
    /** The record that all log calls use, one after the other. */
    readonly record: LogRecord
    /** The logger whose topic, mark and meta the record holds. */
    source: unknown = undefined
    readonly clock: Clock
    wallKnown: boolean
    /** What waits for the end of the dispatch. */
    readonly deferred: Deferred[] = []
    /** Whether progress reports are let through. */
    progress = false
    /** Records logged inside handlers that were dropped, and not reported yet. */
    refused = 0
    /** Works out what holds for a topic. */
    refresh: (channel: Channel) => void
    /** Told of faults and of what has to be done later. */
    warden: Warden

    constructor(clock: Clock) {
        this.clock = clock
        this.wallKnown = clock.wall() !== undefined
        this.record = {
            level: 0,
            time: 0,
            message: "",
            topic: "",
            mark: undefined,
            wall: undefined,
            meta: undefined,
        }
        const self = this
        clock.onSet(() => {
            self.wallKnown = true
        })
    }
}
