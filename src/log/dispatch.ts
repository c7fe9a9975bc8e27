import { escapeControls, replaceAll } from "../platform"
import { Core, Deferred } from "./core"
import { HandlerEntry, startWindow } from "./entry"
import { defer, formatterFailed, handlerFailed } from "./faults"
import { formatLine, Formatter, LINE_FORMATTER } from "./formatters"
import { ERROR, Level, TRACE } from "./levels"
import { LogRecord } from "./record"
import { messageOf, textOf } from "./render"
import { without } from "./table"
import { clean, MAX_MESSAGE, nativeFormat } from "./text"
import { forget, settled, Source } from "./topic"

const DEL = "\x7f"
const quote = JSON.stringify

/** Most records logged inside handlers that are queued until the end of the dispatch. */
export const MAX_DEFERRED = 16
/** Delay in ms of the report of those that are dropped; doubled by each report, up to an hour. */
const REFUSED_MS = 1000
const MAX_REFUSED_MS = 3600000

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
    let entries = source.entries
    if (!entries) {
        const topic = settled(source)
        if (level > topic.threshold) return
        entries = topic.entries
    }
    const core = source.core
    let record = core.record
    let i = 0
    try {
        if (a !== undefined || b !== undefined || message.indexOf("{0}") >= 0) {
            // the VM's formatter escapes UTF-8 in objects byte by byte
            if (typeof a === "object") a = textOf(a)
            if (typeof b === "object") b = textOf(b)
            if (c !== undefined || d !== undefined) {
                c = textOf(c)
                d = textOf(d)
            }
            message = nativeFormat(message, a, b, c, d)
        }
        // JSON lengthens every text with control characters, except for DEL: others need no cleaning
        if (
            message.byteLength > MAX_MESSAGE ||
            quote(message).byteLength !== message.byteLength + 2 ||
            message.indexOf(DEL) >= 0
        )
            message = clean(message)
        if (core.busy) return keepForLater(core, source, level, message)
        core.busy = true
        // one object serves all records, since the heap is small: handlers must not keep it
        if (core.source !== source) takeSource(core, source)
        record.level = level
        record.message = message
        if (record.time !== core.millis()) takeTime(core)
        if (!entries) {
            const topic = settled(source)
            entries = topic.taking
            if (level > topic.ceiling) entries = entries.filter(isDirect)
            if (topic.filters)
                record = core.globalFilters.apply(core, topic.filters, record)
            if (record) level = record.level
            else entries = []
        }
        // null is the formatter of handlers that want no line
        let formatter: Formatter = null
        let line: string
        for (let entry = entries[0]; entry; entry = entries[i]) {
            i = i + 1
            if (level > entry.plainLevel) {
                const taken = asked(core, entry, record)
                if (taken !== record) {
                    give(core, entry, taken)
                    continue
                }
            }
            const passed = entry.passed
            if (passed >= entry.limit && refuse(core, entry, level)) continue
            const wanted = entry.activeFormatter
            if (wanted !== formatter) {
                formatter = wanted
                line =
                    wanted === LINE_FORMATTER
                        ? formatLine(record)
                        : lineFor(core, entry, record)
            }
            entry.passed = passed + 1
            entry.emit(record, line)
        }
    } catch (e: any) {
        // thrown before the first handler: the message is not a text
        if (i === 0)
            return publish(source, level, "{0}", joined(message, a, b, c, d))
        handlerFailed(core, entries[i - 1], e)
        for (; i < entries.length; ++i)
            give(core, entries[i], asked(core, entries[i], record))
    }
    if (core.deferred) drain(core)
    core.busy = false
}

/** Puts the logger of a call into the record. */
function takeSource(core: Core, source: Source): void {
    const { name, mark } = source
    const { record } = core
    core.source = source
    record.topic = name
    record.mark = mark
    record.name = mark || name
    record.meta = source.meta
}

/** Puts the time of a call into the record, and starts new burst windows if old ones have ended. */
function takeTime(core: Core): void {
    const { record } = core
    const time = core.millis()
    record.time = time
    record.wall = core.clock.wall()
    record.stamp = undefined
    if (time < core.windowEnd) return
    let next = Infinity
    for (const entry of core.entries) {
        if (time >= entry.windowEnd) startWindow(entry, time)
        if (entry.windowEnd < next) next = entry.windowEnd
    }
    core.windowEnd = next
}

/** The message and arguments of a call whose message is not a text, separated by blanks. */
function joined(
    message: unknown,
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown
): string {
    const words = [messageOf(message)]
    for (const arg of [a, b, c, d])
        if (arg !== undefined) words.push(textOf(arg))
    return words.join(" ")
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
    const { levels, filters } = entry
    if (levels && record.level > levels.levelOf(record.topic)) return undefined
    return entry.activeFilters ? filters.apply(core, entry, record) : record
}

/** Gives a handler a record outside the hot path: a filter changed it, or a handler threw. */
function give(
    core: Core,
    entry: HandlerEntry,
    record: LogRecord | undefined
): void {
    if (!record) return
    if (entry.passed >= entry.limit && refuse(core, entry, record.level)) return
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
            throw new TypeError(`a formatter gives a text, got ${textOf(line)}`)
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
 * Decides on a record above the burst limit. Errors and worse may use the same number again, so
 * that a storm of less severe records cannot hide them; the rest are dropped and counted.
 * @returns whether it is dropped
 */
function refuse(core: Core, entry: HandlerEntry, level: Level): boolean {
    const reserve = entry.limit + entry.burst.records
    if (level <= ERROR && entry.passed < reserve) return false
    entry.dropped = (entry.dropped ?? 0) + 1
    entry.unreported = (entry.unreported ?? 0) + 1
    if (entry.unreported === 1) {
        entry.reportAt = entry.windowEnd
        core.due(entry.reportAt)
    }
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
    core.refused = (core.refused ?? 0) + 1
    if (core.refusedAt !== undefined) return
    const wait = core.refusedWait ?? REFUSED_MS
    core.refusedWait = Math.min(2 * wait, MAX_REFUSED_MS)
    core.refusedAt = core.millis() + wait
    core.due(core.refusedAt)
}

/** Delivers deferred records, unless a dispatch is under way, which delivers them at its end. */
export function deliverDeferred(core: Core): void {
    if (core.busy) return
    drain(core)
    core.busy = false
}

/** Delivers what was logged during a dispatch; what is logged meanwhile is refused. */
function drain(core: Core): void {
    if (core.draining) return
    core.draining = true
    while (core.deferred) {
        const next = core.deferred.shift()
        if (!core.deferred.length) core.deferred = undefined
        core.busy = false
        publishDeferred(core, next)
    }
    core.draining = false
}

/** Dispatches a deferred record; `forced` gets it after the others, whatever its options. */
function publishDeferred(
    core: Core,
    { source, level, message, forced }: Deferred
): void {
    const topic = settled(source)
    const isTaken = level <= topic.threshold
    if (!forced) {
        if (isTaken) publish(source, level, "{0}", message)
        return
    }
    topic.taking = isTaken ? without(topic.taking, forced) : []
    if (topic.entries) topic.entries = topic.taking
    topic.threshold = TRACE
    publish(source, level, "{0}", message)
    forget(topic)
    // `core.record` still holds the report; it does not count against the burst limit
    core.busy = true
    const { limit } = forced
    forced.limit = Infinity
    give(core, forced, core.record)
    forced.limit = limit + 1
}
