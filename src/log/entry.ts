import { optionError, optionNames, OptionTable, readOptions } from "../platform"
import { HandlerEntry } from "./core"
import { LogFilter } from "./filters"
import { LINE_FORMATTER } from "./formatters"
import { Burst, Handler, HandlerOptions } from "./handler"
import { Level, NONE, TRACE } from "./levels"
import { Account, accountOf, queueLimits, setLimits } from "./queue"
import { renderError } from "./render"
import { checkTopic, LevelRules } from "./spec"

/** The handler takes records. */
export const RUNNING = "running"
/** The handler threw and was taken out; with `restartAfter` it is tried again. */
export const FAILED = "failed"

const HANDLER_OPTIONS: OptionTable = `
    level: level -1 8
    levels: object
    direct: flag
    filters: object
    filterDefault: int 0 1
    formatter: object?
    burst: object?
    restartAfter: ms 0 2147483647
    queue: object
    loggers: list
`
const BURST_OPTIONS: OptionTable = `
    records: int 1 1000000 = 100
    window: ms 1 3600000 = 1000
`

/** Makes the entry of a handler. @param burst its limit until its options give one */
export function makeEntry(
    name: string,
    handler: Handler,
    burst: Burst | null
): HandlerEntry {
    // those of the hot path first; with threshold the map of fields has 10, with a burst limit 12:
    // lengths to which the VM makes it grow
    return {
        plainLevel: NONE,
        activeFormatter: LINE_FORMATTER,
        emit: handler.emit,
        passed: 0,
        level: TRACE,
        formatter: LINE_FORMATTER,
        burst,
        handler,
        name,
    } as HandlerEntry
}

/**
 * Checks the options of a handler.
 * @param others receives those that are not in HandlerOptions; without it they are refused
 * @returns a copy, with defaults for what `burst` leaves out
 * @throws OPTION_ERROR for a name or value that is not allowed, RangeError for a malformed topic
 */
export function checkedOptions(
    entry: HandlerEntry,
    given: HandlerOptions,
    others?: Record<string, any>
): HandlerOptions {
    const { queue: own } = entry.handler
    const thing = `log handler "${entry.name}"`
    const options: HandlerOptions = readOptions(
        thing,
        HANDLER_OPTIONS,
        given,
        {},
        others
    )
    const { levels, filters, formatter, burst, queue, loggers } = options
    if (levels && !(levels instanceof LevelRules))
        throw optionError(thing, "levels", "LevelRules", levels)
    if (filters && typeof filters.apply !== "function")
        throw optionError(thing, "filters", "a FilterChain", filters)
    if (formatter && typeof formatter.format !== "function")
        throw optionError(thing, "formatter", "a format function", formatter)
    if (burst)
        options.burst = readOptions<Burst>(
            thing + ": burst",
            BURST_OPTIONS,
            burst
        )
    if (loggers) loggers.forEach(checkTopic)
    if (queue) {
        if (!own)
            throw optionError(thing, "queue", "none: it has no queue", queue)
        options.queue = queueLimits(queue, own.limits)
    }
    return options
}

/** Applies checked options, and brings back what was taken out. */
export function takeOptions(
    entry: HandlerEntry,
    options: HandlerOptions,
    now: number
): void {
    if (options.queue) {
        setLimits(entry.handler.queue, options.queue)
        options.queue = undefined
    }
    // a new level replaces levels by topic
    if (entry.levels && options.level !== undefined) entry.levels = undefined
    Object.assign(entry, options)
    activate(entry, now)
}

/** Puts the options of an entry in force, in a new burst window. */
export function activate(entry: HandlerEntry, now: number): void {
    const { filters } = entry
    entry.threshold = entry.levels ? TRACE : entry.level
    if (filters) setFilters(entry, filters.list)
    entry.activeFormatter = entry.formatter
    if (entry.error !== undefined) {
        entry.failed = false
        entry.backAt = undefined
    }
    startWindow(entry, now)
}

/** Puts filters in force. */
export function setFilters(entry: HandlerEntry, filters: LogFilter[]): void {
    entry.activeFilters = filters.length > 0 ? filters : undefined
}

/** Starts a burst window; it never ends when there is no limit. */
export function startWindow(entry: HandlerEntry, now: number): void {
    const { burst } = entry
    const asks = entry.activeFilters || entry.levels
    entry.plainLevel = asks ? NONE : entry.threshold
    if (burst) {
        entry.limit = entry.passed + burst.records
        entry.windowEnd = now + burst.window
    } else if (entry.limit !== undefined)
        entry.limit = entry.windowEnd = Infinity
}

/** What `handlers()` returns for a handler. */
export interface HandlerInfo {
    name: string
    /** The level in force; TRACE with levels by topic, NONE while it is out. */
    level: Level
    /** RUNNING or FAILED. */
    state: string
    /**
     * What its `account` has just thrown, or that it does not add up, or else what it, a filter or its
     * formatter threw last; undefined when nothing is wrong.
     */
    error: string | undefined
    account: Account
}

/** The options of a handler, also while it is out. */
export function optionsOf(entry: HandlerEntry): HandlerOptions {
    const options: any = {}
    for (const option of optionNames(HANDLER_OPTIONS)) {
        const value = (entry as any)[option]
        if (value !== undefined) options[option] = value
    }
    return options
}

/** What `handlers()` returns for one; records that never reached it are added to its account. */
export function handlerInfo(entry: HandlerEntry): HandlerInfo {
    const { name, handler, passed } = entry
    let { error } = entry
    let account: Account = {
        received: passed,
        delivered: passed,
        queued: 0,
        dropped: 0,
    }
    try {
        // a handler may tell more than the four counts, as that of syslog tells its connection
        if (handler.queue) account = accountOf(handler.queue)
        else if (handler.account) account = Object.assign({}, handler.account())
        const { received, delivered, queued, dropped } = account
        if (received !== delivered + queued + dropped)
            error = "its account does not add up"
    } catch (e: any) {
        error = renderError(e)
    }
    const lost = entry.dropped | 0
    account.received += lost
    account.dropped += lost
    return {
        name,
        level: entry.threshold,
        state: entry.failed ? FAILED : RUNNING,
        error,
        account,
    }
}
