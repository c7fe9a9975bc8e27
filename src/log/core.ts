import { Clock } from "../platform"
import { HandlerEntry } from "./entry"
import { LogFilter, without } from "./filters"
import { Level, NONE } from "./levels"
import { LogRecord } from "./record"

/** What all loggers of one topic share. Fields in order of use: the VM looks them up in turn. */
export class Channel {
    /** Most detailed level that is let through: of the topic, and of any handler that takes it. */
    threshold: Level = NONE
    core: Core
    /** The handlers that take this topic, those with the same formatter side by side. */
    entries: HandlerEntry[] = []
    /** Filters before all handlers; undefined when there are none. */
    filters: LogFilter[] = undefined
    /** The one handler it is restricted to, or undefined. */
    only: string

    constructor(
        readonly topic: string,
        core: Core
    ) {
        this.core = core
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
    clock: Clock
    record: LogRecord
    wallKnown = false
    deferred: Deferred[] = []
    /** Whether progress reports are let through. */
    progress = false
    /** Records logged inside handlers that were dropped, and not reported yet. */
    refused = 0
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

/** Takes out what throws, and does later what cannot be done during a dispatch. */
export interface Warden {
    /**
     * A handler or its formatter threw.
     * @param stage STAGE_FORMATTER or STAGE_HANDLER
     * @returns true when the handler is to be given the record again
     */
    handlerFailed(entry: HandlerEntry, stage: string, error: unknown): boolean
    /** A filter threw and was taken out; `entry` is its handler, or undefined. */
    filterFailed(entry: HandlerEntry, filter: LogFilter, error: unknown): void
    /** Something is to be done at `time` (ms since start) or later. */
    due(time: number): void
}
