import * as ds from "@devicescript/core"
import type { FilterChain } from "./filter-chain"
import { Formatter } from "./formatters"
import { Level } from "./levels"
import { Account, BoundedQueue, QueueOptions } from "./queue"
import { LogRecord } from "./record"
import { LevelRules } from "./spec"

/**
 * Default burst limit: records, and the window in ms. OTP's is 500 records a second; the
 * slowest sink that a board has by default is its serial console, which carries about 100
 * lines a second at 115,200 baud, and the VM drops silently what does not fit.
 */
export const DEFAULT_BURST = 100
export const DEFAULT_WINDOW = 1000
/** Largest burst limit. */
export const MAX_BURST = 1000000

/**
 * At most `records` records in each `window` ms, and as many again of level error and worse; the
 * rest is dropped, counted and reported. The ring, lights, sounds and receivers have no limit
 * unless their options say so.
 */
export interface Burst {
    /** 1 to MAX_BURST; DEFAULT_BURST by default. */
    records?: number
    /** 1 to 3,600,000; DEFAULT_WINDOW by default. */
    window?: number
}

/** How the log treats a handler. What is left out is the handler's own advice, or the default. */
export interface HandlerOptions {
    /** Most detailed level it takes; everything by default. */
    level?: Level
    /** Levels by topic, in place of `level`. */
    levels?: LevelRules
    /** Takes records by these levels also where the log's own are less detailed; false by default. */
    direct?: boolean
    /** Asked in this order after the level; none by default. */
    filters?: FilterChain
    /** KEEP (default) or STOP: what holds when all filters say IGNORE. */
    filterDefault?: number
    /** Makes the line; `LINE_FORMATTER` by default, null when the handler needs no line. */
    formatter?: Formatter | null
    /** Burst limit; the log's own, DEFAULT_BURST in DEFAULT_WINDOW, by default, null for none. */
    burst?: Burst | null
    /** After a throw, ms until what threw is tried again; 0 (default) = never. */
    restartAfter?: number
    /** Limits of the handler's own `queue`. */
    queue?: QueueOptions
    /** Topics or `*` patterns (children included) it is restricted to; all by default. */
    loggers?: string[]
}

/**
 * A sink for records. The log calls it synchronously, so `emit` must be short and never wait:
 * a slow device belongs behind a bounded queue and a fiber of the handler's own.
 */
export interface Handler {
    /**
     * Takes one record.
     * @param record the event; the log uses the object again, so it is not to be changed,
     * nor kept past the call unless copied
     * @param line the record as text by the handler's formatter, without a line end, or
     * undefined when that is null; the same formatter runs once for all handlers that share it
     */
    emit(record: LogRecord, line?: string): void
    /** Called when the handler is added. */
    open?(): ds.AsyncVoid
    /** Called when the handler is removed; writes what is pending. */
    close?(): ds.AsyncVoid
    /** Takes changed options while running. */
    configure?(options: Record<string, any>): void
    /** Options that suit this handler, for those that `addHandler` is not given. */
    defaultOptions?(): HandlerOptions
    /**
     * The queue of a slow handler. The log takes the handler's account from it, and reports
     * what it dropped as one record once it is low again.
     */
    readonly queue?: BoundedQueue<any>
    /** The account of a handler that keeps one without `queue`. */
    account?(): Account
}
