import { checkRange } from "./check"
import {
    applyFilters,
    FilterOwner,
    KEEP,
    LogFilter,
    STOP,
    without,
} from "./filters"
import { Formatter, LINE_FORMATTER } from "./formatters"
import { Burst, Handler, HandlerOptions } from "./handler"
import { Level, NONE, TRACE } from "./levels"
import { covers } from "./pattern"
import { Account } from "./queue"
import { LogRecord } from "./record"
import { rulesFilter } from "./standard-filters"

/**
 * Default burst limit. OTP's is 500 records a second; the slowest sink that a board has by
 * default is its serial console, which carries about 100 lines a second at 115,200 baud, and
 * the VM loses without a word what does not fit.
 */
export const DEFAULT_BURST: Burst = { records: 100, window: 1000 }

/** Most handlers and receivers of one log. */
export const MAX_HANDLERS = 16

/** The handler takes records. */
export const RUNNING = "running"
/** The handler threw and was taken out; with `restartAfter` it comes back. */
export const FAILED = "failed"

/** Takes out what throws, and does later what cannot be done during a dispatch. */
export interface Warden {
    /**
     * A handler or its formatter threw.
     * @returns true when the handler is to be given the record again
     */
    handlerFailed(
        entry: HandlerEntry,
        inFormatter: boolean,
        error: unknown
    ): boolean
    /** A filter threw; `entry` is its handler, undefined for a filter before all handlers. */
    filterFailed(entry: HandlerEntry, filter: LogFilter, error: unknown): void
    /** Something is to be done at `time` (ms since start) or later. */
    due(time: number): void
}

/** A handler under its name: options in force, burst window and counters. */
export class HandlerEntry implements FilterOwner {
    // the VM looks fields up in turn: those of the hot path come first
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
    unreported = 0
    reportAt = 0
    state = RUNNING
    /** When what was taken out comes back, in ms since start; undefined = nothing is to. */
    backAt: number = undefined
    /** What was thrown last, as text. */
    error: string
    private options: HandlerOptions

    /** @throws RangeError for an option out of range */
    constructor(
        readonly name: string,
        handler: Handler,
        private readonly warden: Warden,
        options: HandlerOptions
    ) {
        this.handler = handler
        this.options = Object.assign({}, handler.advised || {})
        this.configure(options || {}, false)
    }

    /**
     * Takes changed options; what was taken out comes back with them.
     * @param tell whether the handler itself is to be told
     * @throws RangeError for a value out of range; nothing is changed then
     */
    configure(changes: HandlerOptions, tell: boolean): void {
        const { handler, options } = this
        const next = Object.assign(Object.assign({}, options), changes)
        checkOptions(this.name, handler, next)
        if (tell && handler.configure) handler.configure(changes)
        if (changes.queue) handler.queue.configure(changes.queue)
        this.options = next
        this.restore()
    }

    /** Puts in force what the options say. */
    restore(): void {
        const { options } = this
        this.state = RUNNING
        this.backAt = undefined
        this.level = options.levels
            ? options.levels.mostDetailed()
            : value(options.level, TRACE)
        this.filters = this.optionFilters()
        this.formatter = value(options.formatter, LINE_FORMATTER)
        this.windowEnd = this.burst() ? 0 : Infinity
        this.limit = this.burst() ? 0 : Infinity
    }

    /** The most detailed level it takes of a topic. */
    levelFor(topic: string): Level {
        const { loggers, levels } = this.options
        if (loggers && !loggers.some(pattern => covers(pattern, topic)))
            return NONE
        return levels ? Math.min(this.level, levels.level(topic)) : this.level
    }

    /** Whether it takes some topics otherwise than others. */
    restricted(): boolean {
        const { loggers, levels } = this.options
        return !!loggers || !!levels
    }

    /** After a throw, ms until what threw is tried again; 0 = never. */
    restartAfter(): number {
        return this.options.restartAfter || 0
    }

    /** The record, changed or not; undefined when a filter stops it. */
    filter(record: LogRecord): LogRecord | undefined {
        const fallback = value(this.options.filterDefault, KEEP)
        return applyFilters(this.filters, fallback, record, this)
    }

    filterFailed(filter: LogFilter, error: unknown): void {
        this.filters = without(this.filters, filter)
        this.warden.filterFailed(this, filter, error)
    }

    /** Starts a new burst window at `time`. */
    renewWindow(time: number): void {
        const { records, window } = this.burst()
        this.windowEnd = time + window
        this.limit = this.passed + records
    }

    /** Whether the burst limit lets a record through; counts it when not. */
    admit(record: LogRecord): boolean {
        if (record.time >= this.windowEnd) this.renewWindow(record.time)
        if (this.passed < this.limit) return true
        this.refuse()
        return false
    }

    /** Counts a record above the burst limit. */
    refuse(): void {
        this.dropped++
        this.unreported++
        if (this.unreported > 1) return
        this.reportAt = this.windowEnd
        this.warden.due(this.reportAt)
    }

    /** The handler's own account, and what never reached it. */
    account(): Account {
        const { handler, passed, dropped } = this
        const own = handler.queue
            ? handler.queue.account()
            : handler.account
              ? handler.account()
              : { received: passed, delivered: passed, queued: 0, dropped: 0 }
        return {
            received: own.received + dropped,
            delivered: own.delivered,
            queued: own.queued,
            dropped: own.dropped + dropped,
        }
    }

    private burst(): Burst | null {
        return value(this.options.burst, DEFAULT_BURST)
    }

    private optionFilters(): LogFilter[] | undefined {
        const { filters, levels } = this.options
        const all = filters ? filters.slice() : []
        if (levels) all.insert(0, 1)
        if (levels) all[0] = rulesFilter(levels)
        return all.length ? all : undefined
    }
}

/** `given`, also when it is null; `fallback` when it was left out. */
function value<T>(given: T, fallback: T): T {
    return given === undefined ? fallback : given
}

function checkOptions(
    name: string,
    handler: Handler,
    options: HandlerOptions
): void {
    const { level, filterDefault, restartAfter, burst, queue } = options
    checkRange("level", value(level, TRACE), NONE, TRACE)
    checkRange("filterDefault", value(filterDefault, KEEP), STOP, KEEP)
    checkRange("restartAfter", restartAfter || 0, 0, 0x7fffffff)
    if (burst) {
        checkRange("burst.records", burst.records, 1, 1000000)
        checkRange("burst.window", burst.window, 1, 3600000)
    }
    if (queue && !handler.queue)
        throw new RangeError(`log handler "${name}" has no queue`)
}
