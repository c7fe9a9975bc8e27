import { Clock, Signal } from "../platform"
import type { HandlerEntry } from "./entry"
import type { GlobalFilters } from "./global-filters"
import { Burst } from "./handler"
import { Level } from "./levels"
import { LogRecord } from "./record"
import type { Restrictions } from "./restrictions"
import { LevelRules } from "./spec"
import type { Source } from "./topic"

// The state of the log is plain data, and what works on it plain functions: on this VM every
// method takes 16 bytes of heap and every class 84, a function none. Fields are looked up in
// turn, so those of the hot path come first; and one that is not there is searched by its
// text, in the object and in all its prototypes, so those of the hot path are always set.

/** A record that waits for the end of the dispatch during which it was logged. */
export interface Deferred {
    source: Source
    level: Level
    message: string
    /** A handler that takes it whatever its level and burst limit; undefined = none. */
    forced: HandlerEntry
}

/** The state of a log. */
export interface Core {
    /** Whether a record is being dispatched. */
    busy: boolean
    /** The record that all log calls use, one after the other. */
    readonly record: LogRecord
    /** The logger whose topic, mark and metadata the record holds. */
    source: Source
    /** The clock's own, bound to it. */
    readonly millis: () => number
    /** What waits for the end of the dispatch; undefined = nothing. */
    deferred: Deferred[]
    /** When the next burst window of a handler ends, in ms since start. */
    windowEnd: number
    readonly clock: Clock
    /** Whether deferred records are being dispatched. */
    draining?: boolean
    /** Whether progress reports are enabled. */
    progress?: boolean
    /** Records logged inside handlers that were dropped, and not reported yet. */
    refused?: number
    /**
     * When that is reported, in ms since start: undefined = nothing to report, Infinity = it is
     * being reported. And how long the report after it waits.
     */
    refusedAt?: number
    refusedWait?: number
    /** The loggers that learn of changes; the first is the log's own, for its reports. */
    readonly topics: Source[]
    /** Place of the logger that was put in place of another last. */
    replaced: number
    /**
     * All handlers, those with the same formatter side by side, which then runs once for all
     * of them. The array is never changed but replaced: a dispatch may be going through it.
     */
    entries: HandlerEntry[]
    /** Burst limit of a handler that has no other; null = none. */
    readonly burst: Burst | null
    /** Filters before all handlers; undefined until there is one. */
    globalFilters?: GlobalFilters
    /** Topics that go to one handler only; undefined until there is one. */
    restrictions?: Restrictions
    rules: LevelRules
    /** When the next work is due, in ms since start. */
    dueAt: number
    /** Wakes the fiber that will; undefined while there is none. */
    maintenance?: Signal
    /** Schedules maintenance at a time, in ms since start; now when omitted. */
    due(time?: number): void
}
