import { Clock, Signal } from "../platform"
import { LogFilter } from "./filters"
import { Formatter } from "./formatters"
import type { GlobalFilters } from "./global-filters"
import { Handler } from "./handler"
import { Level } from "./levels"
import { LogRecord } from "./record"
import type { Restrictions } from "./restrictions"
import { LevelRules } from "./spec"
import type { Source, Topic } from "./topic"

// The state of the log is plain data, and what works on it plain functions: on this VM every
// method takes 16 bytes of heap and every class 84, a function none. Fields are looked up in
// turn, so those of the hot path come first; and one that is not there is looked for by its
// text, in the object and in all its prototypes, so those of the hot path are always set.

/** The handler takes records. */
export const RUNNING = "running"
/** The handler threw and was taken out; with `restartAfter` it comes back. */
export const FAILED = "failed"

/** What of an entry a fault may have changed. */
export interface Asked {
    level: Level
    filters: LogFilter[]
    formatter: Formatter
}

/**
 * A handler under its name: options in force, burst window and counters. What most handlers
 * never need is not set, to save heap.
 */
export interface HandlerEntry {
    /** The level in force: NONE while the handler is out. */
    level: Level
    /** Those of its `levels` first; undefined when there are none. */
    filters: LogFilter[]
    /** Records that a burst window admits; 0 = no limit. */
    burst: number
    /** Records handed to the handler. */
    passed: number
    formatter: Formatter
    /** The handler's own, bound to it: so it is looked up once. */
    readonly emit: (record: LogRecord, line?: string) => void
    readonly handler: Handler
    readonly name: string
    /** End of the burst window, and the count of `passed` up to which it admits records. */
    windowEnd?: number
    limit?: number
    /** Length of a burst window, where it is not the default one. */
    window?: number
    levels?: LevelRules
    /** Takes records by its own levels, also those that the log's levels stop. */
    direct?: boolean
    filterDefault?: number
    restartAfter?: number
    loggers?: string[]
    /** Records dropped by the burst limit, or lost because something threw. */
    dropped?: number
    /** Of these, dropped by the burst limit and not reported yet, and when that is due. */
    unreported?: number
    reportAt?: number
    /** Whether the handler is out. */
    failed?: boolean
    /** When what was taken out comes back, in ms since start; undefined = nothing is to. */
    backAt?: number
    /** What was thrown last, as text. */
    error?: string
    /** What was asked for, while something that threw is out. */
    asked?: Asked
}

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
    /** Filters before all handlers; undefined until there is one. */
    globalFilters: GlobalFilters
    /** What waits for the end of the dispatch; undefined = nothing. */
    deferred: Deferred[]
    readonly clock: Clock
    /** Whether deferred records are being dispatched. */
    draining?: boolean
    /** Whether progress reports are let through. */
    progress?: boolean
    /** Records logged inside handlers that were dropped, and not reported yet. */
    refused?: number
    /** When that is reported, and how long the report after it waits. */
    refusedAt?: number
    refusedWait?: number
    /** Whether the log itself is reporting that. */
    reporting?: boolean
    /** The topics whose handlers are worked out; the first is the log's own, for its reports. */
    readonly topics: Topic[]
    /** Place of the topic that was put in place of another last. */
    replaced: number
    /** What the loggers of tasks share until each is used. */
    readonly unused: Topic
    /**
     * All handlers, those with the same formatter side by side, which then runs once for all
     * of them. The array is never changed but replaced: a dispatch may be going through it.
     */
    entries: HandlerEntry[]
    /** Topics that go to one handler only; undefined until there is one. */
    restrictions?: Restrictions
    rules: LevelRules
    /** When something is to be done next, in ms since start. */
    dueAt: number
    /** Wakes the fiber that will; undefined while there is none. */
    maintenance?: Signal
    /** Says that something is to be done at a time, in ms since start; now when left out. */
    due(time?: number): void
}
