import { Clock, Signal } from "../platform"
import { Handler, HandlerOptions } from "./handler"
import { Formatter } from "./formatters"
import { LogFilter } from "./filters"
import { Level, NONE, TRACE } from "./levels"
import type { PrimaryFilters } from "./primary"
import { LogRecord } from "./record"
import type { Restrictions } from "./restrictions"
import { LevelRules } from "./spec"

// The state of the log is plain data, and what works on it plain functions: on this VM every
// method takes 20 bytes of heap, a function none. Fields are looked up in turn, so those of
// the hot path come first.

/** The handler takes records. */
export const RUNNING = "running"
/** The handler threw and was taken out; with `restartAfter` it comes back. */
export const FAILED = "failed"

/**
 * A handler under its name: options in force, burst window and counters. What most handlers
 * never need is not set, to save heap.
 * @devsWhenUsed
 */
export class HandlerEntry {
    /** The level in force: NONE while the handler is out. */
    level: Level = NONE
    filters: LogFilter[] = undefined
    /** End of the burst window, and the count of `passed` up to which it admits records. */
    windowEnd = 0
    limit = 0
    /** Records handed to the handler. */
    passed = 0
    formatter: Formatter = undefined
    readonly handler: Handler
    /** Records dropped by the burst limit, or lost because something threw. */
    dropped = 0
    /** Of these, dropped by the burst limit and not reported yet, and when that is due. */
    unreported: number
    reportAt: number
    /** Whether the handler is out. */
    failed: boolean
    /** When what was taken out comes back, in ms since start; undefined = nothing is to. */
    backAt: number
    /** What was thrown last, as text. */
    error: string
    /** What was given, without defaults. */
    options: HandlerOptions
    readonly name: string

    constructor(name: string, handler: Handler) {
        this.handler = handler
        this.name = name
    }
}

/** What all loggers of one topic share; the first of them holds it. */
export interface Channel {
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
    filters: LogFilter[]
    /** Undefined for `unusedChannel`. */
    topic: string
}

/** Who logs: a logger. */
export interface Source {
    channel: Channel
    mark: string
    readonly meta: Record<string, any>
}

/** A record that waits for the end of the dispatch during which it was logged. */
export interface Deferred {
    channel: Channel
    record: LogRecord
    /** A handler that takes it whatever its level and burst limit; undefined = none. */
    forced: HandlerEntry
}

/**
 * The state of a log.
 * @devsWhenUsed
 */
export class Core {
    /** 0 = idle, 1 = a record is being dispatched, 2 = a deferred one is. */
    depth = 0
    /** The record that all log calls use, one after the other. */
    readonly record: LogRecord
    /** The logger whose topic, mark and meta the record holds. */
    source: Source = undefined
    readonly clock: Clock
    wallKnown: boolean
    /** What waits for the end of the dispatch. */
    readonly deferred: Deferred[] = []
    /** Whether progress reports are let through. */
    progress: boolean
    /** Records logged inside handlers that were dropped, and not reported yet. */
    refused = 0
    /** All topics in use, and what holds for them, at the same places. */
    readonly topics: string[] = []
    readonly channels: Channel[] = []
    /** Writes the log's own reports. */
    journal: Source
    /**
     * All handlers, those with the same formatter side by side, which then runs once for all
     * of them. The array is never changed but replaced: a dispatch may be going through it.
     */
    entries: HandlerEntry[] = []
    /** Filters before all handlers; undefined until there is one. */
    primary: PrimaryFilters
    /** Topics that go to one handler only; undefined until there is one. */
    restrictions: Restrictions
    rules: LevelRules
    /** When something is to be done next, in ms since start. */
    dueAt = Infinity
    /** Wakes the fiber that will; undefined while there is none. */
    keeper: Signal
    /** Says that something is to be done at a time, in ms since start. */
    due: (time: number) => void

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
