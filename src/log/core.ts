import { Clock, Signal } from "../platform"
import type { HandlerEntry } from "./entry"
import type { GlobalFilters } from "./global-filters"
import { Burst } from "./handler"
import { Level } from "./levels"
import { LogRecord } from "./record"
import type { Restrictions } from "./restrictions"
import { LevelRules } from "./spec"
import type { Source } from "./topic"

// The state of the log is plain data, and plain functions work on it: on this VM every method
// takes 16 bytes of heap and every class 84, a function none. The VM searches the fields of an
// object in order, so those of the hot path come first. It searches a missing field by name, in
// the object and in all its prototypes, so those of the hot path are always set.

/** A time that no clock shows: the next call sets up the record again. */
export const NEVER = -1

/** A record that is queued until the dispatch during which it was logged ends. */
export interface Deferred {
    source: Source
    level: Level
    message: string
    /** A handler that gets it despite its own level, filters and burst limit; undefined = none. */
    forced: HandlerEntry
}

/** The state of a log. */
export interface Core {
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
    /** Records logged inside handlers that were dropped and are not reported yet. */
    refused?: number
    /**
     * When these are reported, in ms since start: undefined = there are none, Infinity = the
     * report is being delivered.
     */
    refusedAt?: number
    /** Delay of the next such report, in ms. */
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
    globalFilters?: GlobalFilters
    /** Topics that go to one handler only; undefined until they are first used. */
    restrictions?: Restrictions
    /** Levels by topic. */
    rules: LevelRules
    /** When maintenance is due next, in ms since start; Infinity = never. */
    dueAt: number
    /** Wakes the maintenance fiber; undefined while there is none. */
    maintenance?: Signal
    /** Schedules maintenance at a time, in ms since start; now when omitted. */
    due(time?: number): void
}
