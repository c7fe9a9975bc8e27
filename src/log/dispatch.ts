import {
    escapeControls,
    MAX_JSON_BYTES,
    nativeFormat,
    replaceAll,
} from "../platform"
import { Core, Deferred, HandlerEntry, Losses, Source } from "./core"
import { startWindow } from "./entry"
import { defer, formatterFailed, handlerFailed } from "./faults"
import { formatLine, Formatter, LINE_FORMATTER } from "./formatters"
import { ERROR, Level, NONE, TRACE } from "./levels"
import { LogRecord } from "./record"
import { beginTexts, messageOf, nextText, shown, textOf } from "./render"
import { without } from "./table"
import { clean } from "./text"
import { forget, PLAIN, settled } from "./topic"

const DEL = "\x7f"
const quote = JSON.stringify

/** Most records logged inside handlers that are queued until the end of the dispatch. */
export const MAX_DEFERRED = 16
/** Delay in ms of the report of those that are dropped; doubled by each report, up to an hour. */
const REFUSED_MS = 1000
const MAX_REFUSED_MS = 3600000

/** More records than any burst limit. */
const NO_LIMIT = 1000000000
/** Longest message that is known by `known`: no number makes it longer than MAX_JSON_BYTES. */
const MAX_KNOWN = 128

// A dispatch never waits, so one at most is under way in the whole program. What the next call is
// likely to need again is in these variables, since a field of an object takes twice the steps.

/** The logger that `core.record` is set up for; undefined = none, null during a dispatch. */
let active: Source
/** What `active` is set to after the dispatch. */
let reusable: Source
/** The log of that logger. */
let log: Core
/** The handlers of the record. */
let taking: HandlerEntry[] = []
/**
 * How many more records `taking` may get before a burst limit can be reached, and how many there
 * were when the handlers' own counters were brought up to date.
 */
let room = 0
let granted = 0
/** The earliest end of their burst windows, in ms since start. */
let windowEnd = 0
/** The last message found clean: with integers for arguments it still is. */
let known: string

/**
 * Makes the record of one log call and dispatches it to the handlers. It never throws and never
 * waits, whatever the message and the arguments are. The message of the record holds no control
 * character.
 *
 * This is the hot path: what is seldom needed is in other functions. A message is formatted when
 * one of the first two arguments is given or when it holds `{0}`; a missing argument becomes
 * `undefined`. Text with braces from elsewhere therefore belongs in an argument.
 */
export function publish(
    source: Source,
    level: Level,
    message: string,
    a?: unknown,
    b?: unknown,
    c?: unknown,
    d?: unknown
): void {
    if (source !== active || log.millis() !== log.loadedAt)
        if (!load(source, level)) return
    if (
        ((a as number) | 0) === a &&
        message === known &&
        (b === undefined || ((b as number) | 0) === b) &&
        c === undefined &&
        d === undefined
    )
        message = nativeFormat(message, a, b, c, d)
    else if (typeof message !== "string")
        return publish(source, level, "{0}", joined(message, a, b, c, d))
    else {
        const template = message
        if (a !== undefined || b !== undefined || message.indexOf("{0}") >= 0) {
            if (typeof a === "number") a = shown(a)
            if (typeof b === "number") b = shown(b)
            if (
                typeof a === "object" ||
                typeof b === "object" ||
                c !== undefined ||
                d !== undefined
            ) {
                // the VM's formatter escapes UTF-8 in objects byte by byte
                beginTexts()
                a = nextText(a)
                b = nextText(b)
                c = nextText(c)
                d = nextText(d)
            }
            message = nativeFormat(message, a, b, c, d)
        }
        // JSON lengthens every text with control characters, except for DEL: others need no cleaning.
        // Of a long one it may need more heap than there is in one piece
        if (
            message.byteLength > MAX_JSON_BYTES ||
            quote(message).byteLength !== message.byteLength + 2 ||
            message.indexOf(DEL) >= 0
        )
            message = clean(message)
        else if (template.byteLength <= MAX_KNOWN) known = template
    }
    // one object serves all records, since the heap is small: handlers must not keep it
    let record = log.record
    if (active) {
        record.level = level
        record.message = message
    } else {
        if (active === null) return keepForLater(log, source, level, message)
        record = filtered(source, level, message)
        if (record) level = record.level
    }
    active = null
    if (record) {
        room = room - 1
        if (room < 0) settleCounts(log.loadedAt)
        let i = 0
        let line: string
        while (true)
            try {
                // null is the formatter of handlers that want no line
                let formatter: Formatter = null
                for (let entry = taking[i]; entry; entry = taking[i]) {
                    i = i + 1
                    if (level > entry.plainLevel)
                        if (!takesPlainly(log, entry, record)) continue
                    if (entry.activeFormatter !== formatter) {
                        formatter = entry.activeFormatter
                        line =
                            formatter === LINE_FORMATTER
                                ? formatLine(record)
                                : lineFor(log, entry, record)
                    }
                    entry.emit(record, line)
                }
                break
            } catch (e: any) {
                handlerFailed(log, taking[i - 1], e)
            }
    }
    if (log.deferred) drain(log)
    active = reusable
}

/**
 * Sets up the record for a logger and the time of the call, unless a dispatch is under way.
 * @returns false when no handler takes records of this level
 */
function load(source: Source, level: Level): boolean {
    const topic = settled(source)
    if (level > topic.threshold) return false
    if (active === null) return true
    const { core } = source
    const { record } = core
    if (source !== active) {
        const { name, mark } = source
        record.topic = name
        record.mark = mark
        record.name = mark || name
        record.meta = source.meta
    }
    log = core
    const time = core.millis()
    if (time !== core.loadedAt) {
        core.loadedAt = time
        record.time = time
        record.wall = core.clock.wall()
        record.stamp = undefined
    }
    takeHandlers(topic.taking, time)
    // `with` makes many loggers; their level is not worked out but that of their topic
    const isPlain = topic === source && topic.kept === PLAIN
    reusable = active = isPlain ? source : undefined
    return true
}

/**
 * Completes the record of a logger that is not reused: it passes the filters before all handlers,
 * and one above the log's level is for `direct` handlers only.
 * @returns the record, which the filters may have changed; undefined when they stopped it
 */
function filtered(
    source: Source,
    level: Level,
    message: string
): LogRecord | undefined {
    const { record } = log
    const topic = settled(source)
    // what the filters log is queued
    active = null
    record.level = level
    record.message = message
    if (topic.kept === PLAIN) return record
    if (level > topic.ceiling)
        takeHandlers(topic.taking.filter(isDirect), log.loadedAt)
    const { filters } = topic
    return filters ? log.globalFilters.apply(log, filters, record) : record
}

/** Makes `list` the handlers of the record. */
function takeHandlers(list: HandlerEntry[], time: number): void {
    if (list === taking && time < windowEnd) return
    settleCounts(time)
    taking = list
    settleCounts(time)
}

/**
 * Brings the counters of the handlers up to date, since the hot path counts for all of them at
 * once, and starts new burst windows. A handler that has reached its burst limit is asked for each
 * record until its window ends.
 * @param time now, in ms since start
 */
export function settleCounts(time: number): void {
    const passed = granted - room
    granted = NO_LIMIT
    windowEnd = Infinity
    for (const entry of taking) {
        entry.passed += passed
        if (time >= entry.windowEnd) startWindow(entry, time)
        if (entry.windowEnd < windowEnd) windowEnd = entry.windowEnd
        const left = entry.limit - entry.passed
        if (left <= 0) entry.plainLevel = NONE
        else if (left < granted) granted = left
    }
    room = granted
}

/** The next call sets up the record again: call it when what a logger adds to it has changed. */
export function unload(): void {
    reusable = undefined
    // null during a dispatch, which sets it at its end
    if (active) active = undefined
}

/** The message and arguments of a call whose message is not a text, separated by blanks. */
function joined(
    message: unknown,
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown
): string {
    return [messageOf(message), a, b, c, d]
        .filter(isGiven)
        .map(nextText)
        .join(" ")
}

function isGiven(value: unknown): boolean {
    return value !== undefined
}

function isDirect(entry: HandlerEntry): boolean {
    return entry.direct === true
}

/** The record after a handler's level and filters, which may change it; undefined if refused. */
function asked(
    core: Core,
    entry: HandlerEntry,
    record: LogRecord
): LogRecord | undefined {
    if (record.level > entry.threshold) return undefined
    const { levels } = entry
    if (levels && record.level > levels.levelOf(record.topic)) return undefined
    return entry.activeFilters
        ? entry.filters.apply(core, entry, record)
        : record
}

/**
 * Asks the filters of a handler, its levels by topic and its burst limit. The hot path has counted
 * the record for the handler: that is taken back when it does not get this record.
 * @returns whether the hot path gives it the record; one that its filters changed it has then
 */
function takesPlainly(
    core: Core,
    entry: HandlerEntry,
    record: LogRecord
): boolean {
    entry.passed--
    const taken = asked(core, entry, record)
    if (taken !== record) give(core, entry, taken)
    else if (!refuses(core, entry, record.level)) {
        entry.passed++
        return true
    }
    return false
}

/** Gives a handler a record outside the hot path. */
function give(
    core: Core,
    entry: HandlerEntry,
    record: LogRecord | undefined
): void {
    if (!record || refuses(core, entry, record.level)) return
    try {
        const line = lineFor(core, entry, record)
        entry.passed++
        entry.emit(record, line)
    } catch (e: any) {
        handlerFailed(core, entry, e)
    }
}

/**
 * Formats the line for a handler: a single line unless the formatter is `multiLine`; undefined
 * when the handler wants none. When the formatter throws, the default one makes the line.
 */
function lineFor(core: Core, entry: HandlerEntry, record: LogRecord): string {
    const formatter = entry.activeFormatter
    if (formatter === null) return undefined
    try {
        const line: unknown = formatter.format(record)
        if (typeof line !== "string")
            throw new TypeError("a formatter gives a text, got " + textOf(line))
        // the console and the ring end a line at a NUL
        return formatter.multiLine
            ? replaceAll(line, "\0", "#000")
            : escapeControls(line)
    } catch (e: any) {
        formatterFailed(core, entry, e)
        return formatLine(record)
    }
}

/**
 * Asks the burst limit of a handler. Errors and worse may use the same number again, so that a
 * storm of less severe records cannot hide them; the rest are dropped and counted.
 * @returns whether the record is dropped
 */
function refuses(core: Core, entry: HandlerEntry, level: Level): boolean {
    const left = entry.limit - entry.passed - granted + room
    // NaN without a limit
    if (!(left <= 0)) return false
    if (level <= ERROR && left + entry.burst.records > 0) return false
    entry.dropped = (entry.dropped | 0) + 1
    countLoss(core, entry, entry.windowEnd)
    return true
}

/**
 * Queues a record that was logged inside a handler, filter or formatter. A record logged while
 * such records are delivered is dropped: a handler that logs each record would never end.
 */
function keepForLater(
    core: Core,
    source: Source,
    level: Level,
    message: string
): void {
    const { deferred } = core
    if (!core.draining && (!deferred || deferred.length < MAX_DEFERRED))
        return defer(core, source, level, message)
    const wait = core.refusedWait ?? REFUSED_MS
    if (core.reportAt === undefined)
        core.refusedWait = Math.min(2 * wait, MAX_REFUSED_MS)
    countLoss(core, core, core.millis() + wait)
}

/** Counts a dropped record. @param reportAt when to report it, unless a time is set already */
function countLoss(core: Core, losses: Losses, reportAt: number): void {
    losses.unreported = (losses.unreported | 0) + 1
    if (losses.reportAt !== undefined) return
    losses.reportAt = reportAt
    core.due(reportAt)
}

/** Delivers deferred records, unless a dispatch is under way, which delivers them at its end. */
export function deliverDeferred(core: Core): void {
    if (active === null) return
    drain(core)
    active = undefined
}

/** Delivers what was logged during a dispatch; what is logged meanwhile is refused. */
function drain(core: Core): void {
    if (core.draining) return
    core.draining = true
    while (core.deferred) {
        const next = core.deferred.shift()
        if (!core.deferred.length) core.deferred = undefined
        active = undefined
        publishDeferred(core, next)
    }
    core.draining = false
}

/** Dispatches a deferred record; `forced` gets it after the others, whatever its options. */
function publishDeferred(
    core: Core,
    { source, level, message, forced }: Deferred
): void {
    if (forced) {
        settled(source)
        const isTaken = level <= source.threshold
        source.taking = isTaken ? without(source.taking, forced) : []
        source.threshold = TRACE
    }
    publish(source, level, "{0}", message)
    if (!forced) return
    forget(source)
    // `core.record` still holds the report; it does not count against the burst limit
    active = null
    const { limit } = forced
    forced.limit = Infinity
    give(core, forced, core.record)
    forced.limit = limit + 1
}
