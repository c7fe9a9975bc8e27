import * as ds from "@devicescript/core"
import type { AtOnce } from "../platform"
import { HandlerFilters, Verdict } from "./filters"
import { Formatter } from "./formatters"
import { Level } from "./levels"
import { Account, QueueOptions, QueueState } from "./queue"
import { LogRecord } from "./record"
import { LevelRules } from "./spec"

/**
 * Default burst limit: records, and the window in ms. OTP's default is 500 records a second. The
 * slowest sink of a board by default is its serial console: it carries about 100 lines a second
 * at 115,200 baud, and the VM silently drops what does not fit.
 */
export const DEFAULT_BURST = 100
export const DEFAULT_WINDOW = 1000
/** Largest burst limit. */
export const MAX_BURST = 1000000

/**
 * At most `records` records in each `window` ms, and the same number again of level error and
 * worse; the rest are dropped, counted and reported. The ring, LED, buzzer and receivers have no
 * limit unless their options set one.
 */
export interface Burst {
    /** 1 to MAX_BURST; DEFAULT_BURST by default. */
    records?: number
    /** In ms, 1 to 3,600,000; DEFAULT_WINDOW by default. */
    window?: number
}

/** How the log treats a handler. Its `defaultOptions` replace the defaults given here. */
export interface HandlerOptions {
    /** Most detailed level it takes; TRACE by default. */
    level?: Level
    /** Levels by topic, in place of `level`. */
    levels?: LevelRules
    /** Whether these levels hold also where the log's own are less detailed; false by default. */
    direct?: boolean
    /** A `FilterChain`, asked after the level; none by default. */
    filters?: HandlerFilters
    /** KEEP (default) or STOP: decides when all filters answer IGNORE. */
    filterDefault?: Verdict
    /** Makes the line; LINE_FORMATTER by default, null when the handler needs no line. */
    formatter?: Formatter | null
    /** Burst limit, null for none; that of the log by default (see `LogSystem`). */
    burst?: Burst | null
    /** Time in ms after which what threw is tried again; 0 (default) = never. */
    restartAfter?: number
    /** Limits of the handler's own `queue`. */
    queue?: QueueOptions
    /** Topics (with their children) or `*` patterns it is restricted to; all by default. */
    loggers?: string[]
}

/**
 * A sink for records. The log calls it synchronously, so `emit` must be short and never wait:
 * a handler for a slow device queues records in a BoundedQueue and writes them in its own fiber.
 */
export interface Handler {
    /**
     * Takes one record.
     * @param record the event; the log reuses the object, so a handler must not change it, and
     * must copy it to keep it
     * @param line the text that the handler's formatter made, without a line end; undefined
     * when the formatter is null
     */
    emit(record: LogRecord, line?: string): AtOnce
    /** Called when the handler is added. */
    open?(): ds.AsyncVoid
    /**
     * Called when the handler is removed or replaced, and before a restart, which waits for it;
     * writes what is pending.
     */
    close?(): ds.AsyncVoid
    /** Applies changed options of its own while running; throws for a bad one. */
    configure?(options: Record<string, any>): AtOnce
    /** Defaults of this handler for options that `addHandler` is not given. */
    defaultOptions?(): HandlerOptions
    /**
     * The queue of a slow handler. The log takes the handler's account from it. Once the queue is
     * low again, the log reports in one record how many entries it dropped.
     */
    readonly queue?: QueueState
    /** The account of a handler that has no `queue` but keeps its own. */
    account?(): Account
}
