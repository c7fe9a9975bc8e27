import * as ds from "@devicescript/core"
import { Clock } from "../platform"
import { LogFilter } from "./filters"
import { Formatter } from "./formatters"
import { Burst, Handler, HandlerOptions } from "./handler"
import { Level } from "./levels"
import { LogRecord } from "./record"
import { Restrictions } from "./restrictions"
import { LevelRules } from "./spec"

// The types of the log's state, which know each other; so they are in one file, which imports
// nothing that works on it. The state is plain data, and plain functions work on it: on this VM
// every method takes 16 bytes of heap and every class 84, a function none. The VM searches the fields of an
// object in order, so those of the hot path come first. It searches a missing field by name, in
// the object and in all its prototypes, so those of the hot path are always set.

/** A time that no clock shows: the next call sets up the record again. */
export const NEVER = -1

/** What logs: a logger, with what is worked out for its topic. */
export interface Source {
    /** Most detailed level that a handler takes; TRACE until that is worked out. */
    threshold: Level
    core: Core
    /** Dotted topic; undefined for a task's logger before its first use. */
    name: string
    /** The mark of a service's lines; the task's name while `name` is undefined. */
    mark?: string
    /** Metadata of all its records. */
    meta?: Record<string, any>
    /**
     * The handlers that take this topic; those with the same formatter are adjacent. Undefined
     * from a change to the next use: working out all topics at once could take more steps than
     * the VM allows between two waits.
     */
    taking?: HandlerEntry[]
    /** While SPECIAL: level by the log's rules; more detailed records are for `direct` handlers. */
    ceiling?: Level
    /** While SPECIAL: filters before all handlers; undefined when there are none. */
    filters?: LogFilter[]
    /** The logger that works out the topic for it; undefined when it does so itself. */
    base?: Source
    /** Whether the log keeps it, and so invalidates it after a change: 0, PLAIN or SPECIAL. */
    kept?: number
}

/** What a handler has dropped by its burst limit, its queue, or the log because of `MAX_DEFERRED`. */
export interface Losses {
    /** Records that are not reported yet. */
    unreported?: number
    /**
     * When they are reported, in ms since start; Infinity = the report is being delivered,
     * undefined = no time is set.
     */
    reportAt?: number
}

/**
 * A handler with its name, its options, those in force (less what threw), its burst window and
 * its counters. Fields that most handlers never need are unset until then, to save heap.
 */
export interface HandlerEntry extends HandlerOptions, Losses {
    /** The most detailed level that it takes; TRACE with levels by topic, NONE while it is out. */
    threshold: Level
    /**
     * Up to this level it takes all records; NONE while it has filters or levels by topic, or has
     * reached its burst limit.
     */
    plainLevel: Level
    /** Records handed to the handler, less those that `settleCounts` has not added yet. */
    passed: number
    /** Value of `passed` at which the burst limit is reached; Infinity or undefined without one. */
    limit: number
    /** Formatter in force: the default one while the handler's own is out. */
    activeFormatter: Formatter
    /** The handler's `emit`, bound to it: it is looked up once. */
    readonly emit: (record: LogRecord, line?: string) => void
    readonly handler: Handler
    readonly name: string
    /** End of the burst window, in ms since start; Infinity or undefined without a limit. */
    windowEnd: number
    /** Filters in force; undefined when there are none. */
    activeFilters?: LogFilter[]
    /** Records dropped by the burst limit, or lost because the handler threw. */
    dropped?: number
    /** Whether the handler threw and is out. */
    failed?: boolean
    /** Whether opening it failed: it is opened again when it comes back. */
    unopened?: boolean
    /** When what was taken out comes back, in ms since start; undefined = never. */
    backAt?: number
    /** What was thrown last, as text. */
    error?: string
}

/** A record that is queued until the dispatch during which it was logged ends. */
export interface Deferred {
    source: Source
    level: Level
    message: string
    /** A handler that gets it despite its own level, filters and burst limit; undefined = none. */
    forced: HandlerEntry
}

/** The filters before all handlers, as the log asks them; see `GlobalFilters`. */
interface FiltersBefore {
    ofTopic(topic: string): LogFilter[] | undefined
    apply(
        core: Core,
        filters: LogFilter[],
        record: LogRecord
    ): LogRecord | undefined
    bringBack(core: Core, now: number): void
}

/** The state of a log. */
export interface Core extends Losses {
    /** The one record, which every log call fills again. */
    readonly record: LogRecord
    /** The clock's `millis`, bound to it: it is looked up once. */
    readonly millis: () => number
    /** The time for which the record is set up; NEVER after a change of what it holds. */
    loadedAt: number
    /** Records queued until the end of the dispatch; undefined = none. */
    deferred: Deferred[]
    readonly clock: Clock
    /** Whether deferred records are being dispatched. */
    draining?: boolean
    /** Whether progress reports are enabled. */
    progress?: boolean
    /** Delay of the next report of records logged inside handlers and dropped, in ms. */
    refusedWait?: number
    /** The loggers that are invalidated by changes; the first is the log's own, for its reports. */
    readonly topics: Source[]
    /** Index in `topics` at which a logger was replaced last. */
    replaced: number
    /**
     * All handlers. Those with the same formatter are adjacent, so that it runs once for all of
     * them. The array is replaced and never changed: a dispatch may be iterating over it.
     */
    entries: HandlerEntry[]
    /** Burst limit of the handlers whose options give none; null = no limit. */
    readonly burst: Burst | null
    /** Filters before all handlers; undefined until they are first used. */
    globalFilters?: FiltersBefore
    /** Topics that go to one handler only; undefined until they are first used. */
    restrictions?: Restrictions
    /** Levels by topic. */
    rules: LevelRules
    /** Listeners of level changes; undefined until there are any. */
    watch?: { tell(inRules: boolean): void }
    /** When maintenance is due next, in ms since start; Infinity = never. */
    dueAt: number
    /** The maintenance fiber; undefined while there is none. */
    maintenance?: ds.Fiber
    /** Schedules maintenance at a time, in ms since start; now when omitted. */
    due(time?: number): void
}
