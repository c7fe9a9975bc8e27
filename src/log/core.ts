import { Clock, Signal } from "../platform"
import { Handler } from "./handler"
import { Formatter } from "./formatters"
import { LogFilter } from "./filters"
import { Level } from "./levels"
import type { PrimaryFilters } from "./primary"
import { LogRecord } from "./record"
import type { Restrictions } from "./restrictions"
import { LevelRules } from "./spec"

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

/** Who logs: a logger. */
export interface Source {
    channel: Channel
    mark?: string
    readonly meta?: Record<string, any>
}

/** What all loggers of one topic share; the first of them holds it, and is its own `channel`. */
export interface Channel extends Source {
    /**
     * Most detailed level that is let through: of the topic, and of any handler that takes it.
     * TRACE, so that any call comes past it, while `entries` is undefined.
     */
    threshold: Level
    core: Core
    /**
     * The handlers that take this topic, those with the same formatter side by side.
     * Undefined after a change of levels, handlers or filters, until the next use: working
     * all topics out at once could take more steps than the VM allows between two waits.
     */
    entries: HandlerEntry[]
    /** Filters before all handlers; undefined when there are none. */
    filters?: LogFilter[]
    /** Undefined for `unusedChannel`. */
    topic: string
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
    /** The logger whose topic, mark and meta the record holds. */
    source: Source
    /** The clock's own, bound to it. */
    readonly millis: () => number
    /** Filters before all handlers; undefined until there is one. */
    primary: PrimaryFilters
    /** What waits for the end of the dispatch; undefined = nothing. */
    deferred: Deferred[]
    readonly clock: Clock
    /** Whether deferred records are being dispatched. */
    draining?: boolean
    /** Whether progress reports are let through. */
    progress?: boolean
    /** Records logged inside handlers that were dropped, and not reported yet. */
    refused?: number
    /** All topics in use; the first is the log's own, for its reports. */
    readonly channels: Channel[]
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
    keeper?: Signal
    /** Says that something is to be done at a time, in ms since start; now when left out. */
    due(time?: number): void
}
