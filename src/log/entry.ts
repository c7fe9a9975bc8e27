import { checkRange } from "./check"
import { Warden } from "./core"
import { applyFilters, covers, KEEP, LogFilter, STOP, without } from "./filters"
import { Formatter, LINE_FORMATTER } from "./formatters"
import { Burst, Handler, HandlerOptions } from "./handler"
import { Level, NONE, TRACE } from "./levels"
import { Account } from "./queue"
import { LogRecord } from "./record"

/**
 * Default burst limit. OTP's is 500 records a second; the slowest sink that a board has by
 * default is its serial console, which carries about 100 lines a second at 115,200 baud.
 */
export const DEFAULT_BURST: Burst = { records: 100, window: 1000 }

/** Most handlers and receivers of one log. */
export const MAX_HANDLERS = 16

/** The handler takes records. */
export const RUNNING = "running"
/** The handler threw and was taken out; with `restartAfter` it comes back. */
export const FAILED = "failed"

/** A handler under its name: options, burst window and counters. Fields in order of use. */
export class HandlerEntry {
    /** The level in force: NONE while the handler is out. */
    level: Level = NONE
    filters: LogFilter[] = undefined
    windowEnd = 0
    left = 0
    formatter: Formatter = undefined
    handler: Handler
    /** Records handed to the handler. */
    passed = 0
    /** Records dropped by the burst limit, or lost because something threw. */
    dropped = 0
    /** Of these, dropped by the burst limit and not reported yet. */
    unreported = 0
    state = RUNNING
    /** What was thrown last, as text. */
    error: string = undefined
    /** When what was taken out comes back, in ms since start. */
    backAt: number = undefined
    options: HandlerOptions

    constructor(
        readonly name: string,
        handler: Handler,
        private readonly warden: Warden,
        options: HandlerOptions
    ) {
        this.handler = handler
        this.options = {
            level: TRACE,
            filterDefault: KEEP,
            formatter: LINE_FORMATTER,
            burst: DEFAULT_BURST,
            restartAfter: 0,
        }
        this.configure(
            Object.assign(
                Object.assign({}, handler.advised || {}),
                options || {}
            )
        )
    }

    /**
     * Takes changed options; what was taken out comes back with them.
     * @throws RangeError for a value out of range; nothing is changed then
     */
    configure(changes: HandlerOptions): void {
        const next: HandlerOptions = Object.assign(
            Object.assign({}, this.options),
            changes
        )
        checkOptions(next)
        this.options = next
        this.restore()
    }

    /** Puts everything in force that the options say. */
    restore(): void {
        const { level, filters, formatter, burst } = this.options
        this.state = RUNNING
        this.backAt = undefined
        this.level = level
        this.filters = filters && filters.length ? filters.slice() : undefined
        this.formatter = formatter
        this.windowEnd = burst ? 0 : Infinity
        this.left = burst ? 0 : Infinity
    }

    /** The most detailed level it takes of a topic. */
    levelFor(topic: string): Level {
        const { loggers } = this.options
        if (!loggers) return this.level
        for (const pattern of loggers)
            if (covers(pattern, topic)) return this.level
        return NONE
    }

    /** The record, changed or not, or undefined when a filter stops it. */
    filter(record: LogRecord): LogRecord | undefined {
        const { filters, options } = this
        return applyFilters(filters, options.filterDefault, record, this)
    }

    filterFailed(filter: LogFilter, error: unknown): void {
        this.filters = without(this.filters, filter)
        this.warden.filterFailed(this, filter, error)
    }

    /** Starts a new burst window at `time`. */
    renewWindow(time: number): void {
        const { records, window } = this.options.burst
        this.windowEnd = time + window
        this.left = records
    }

    account(): Account {
        const { handler, passed, dropped } = this
        const own = handler.queue
            ? handler.queue.account()
            : handler.account
              ? handler.account()
              : { received: passed, delivered: passed, queued: 0, dropped: 0 }
        own.received += dropped
        own.dropped += dropped
        return own
    }
}

function checkOptions(options: HandlerOptions): void {
    checkRange("level", options.level, NONE, TRACE)
    checkRange("filterDefault", options.filterDefault, STOP, KEEP)
    checkRange("restartAfter", options.restartAfter, 0, 0x7fffffff)
    if (!options.burst) return
    checkRange("burst.records", options.burst.records, 1, 1000000)
    checkRange("burst.window", options.burst.window, 1, 3600000)
}
