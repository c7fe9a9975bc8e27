import { escapeControls } from "../platform"
import { applyFilters } from "./apply"
import { Core, Deferred, HandlerEntry } from "./core"
import { defer, handlerFailed } from "./faults"
import { Formatter, LINE_FORMATTER } from "./formatters"
import { KEEP, LogFilter } from "./filters"
import { DEFAULT_WINDOW } from "./handler"
import { ERROR, Level } from "./levels"
import { LogRecord } from "./record"
import { messageOf, textOf } from "./render"
import { without } from "./table"
import { cut, MAX_MESSAGE, nativeFormat } from "./text"
import { settled, Source } from "./topic"

const DEL = "\x7f"
const quote = JSON.stringify

/** Most records logged inside handlers that wait for the end of the dispatch. */
export const MAX_DEFERRED = 16
/** Time after which it is reported that more were dropped; each report doubles it, up to an hour. */
const REFUSED_MS = 1000
const MAX_REFUSED_MS = 3600000

/**
 * Makes the record of one log call and hands it out. It never throws and never waits, whatever
 * the message and the arguments are, and the record holds no control character.
 *
 * This is the hot path, hence few and flat functions: a call costs the VM as much as eight reads
 * of a field, and so does `length`. Without arguments only `{0}` is filled, with `undefined`:
 * foreign text with braces belongs into an argument.
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
    let topic = source.topic
    const core = topic.core
    let entries = topic.entries
    if (!entries) {
        topic = settled(source)
        if (level > topic.threshold) return
        entries = topic.entries
    }
    if (level > topic.ceiling) entries = entries.filter(isDirect)
    if (typeof message !== "string") message = joined(message, a, b, c, d)
    else if (a !== undefined || b !== undefined) {
        if (typeof a === "object") a = textOf(a)
        if (b !== undefined) {
            if (typeof b === "object") b = textOf(b)
            if (c !== undefined && typeof c === "object") c = textOf(c)
            if (d !== undefined && typeof d === "object") d = textOf(d)
        }
        message = nativeFormat(message, a, b, c, d)
    } else if (message.indexOf("{0}") >= 0)
        message = nativeFormat(message, a, b, textOf(c), textOf(d))
    const bytes = message.byteLength
    if (bytes > MAX_MESSAGE) message = cut(message, MAX_MESSAGE)
    // texts that are neither longer in quotes nor hold a DEL are not looked at any further
    if (quote(message).byteLength !== bytes + 2 || message.indexOf(DEL) >= 0)
        message = cut(escapeControls(message), MAX_MESSAGE)
    if (core.busy) return keepForLater(core, source, level, message)
    core.busy = true
    // one object serves all records: the heap is small, and handlers must not keep it
    const record = core.record
    if (core.source !== source) {
        core.source = source
        record.topic = topic.name
        record.mark = source.mark
        record.meta = source.meta
    }
    record.level = level
    record.message = message
    const time = core.millis()
    if (record.time !== time) {
        record.time = time
        record.wall = core.clock.wall()
    }
    if (core.globalFilters) filterFirst(core, topic.filters, entries, record)
    else emitTo(core, entries, record, level, time)
    if (core.deferred) drain(core)
    core.busy = false
}

/** The message and arguments of a call whose message is no text, one after the other. */
function joined(message: unknown, ...args: unknown[]): string {
    const words = [messageOf(message)]
    for (const arg of args) if (arg !== undefined) words.push(textOf(arg))
    return words.join(" ")
}

function isDirect(entry: HandlerEntry): boolean {
    return entry.direct === true
}

/** Takes a record through the filters before all handlers. */
function filterFirst(
    core: Core,
    filters: LogFilter[] | undefined,
    entries: HandlerEntry[],
    record: LogRecord
): void {
    const { time } = record
    const { fallback } = core.globalFilters
    if (filters)
        record = applyFilters(core, undefined, filters, record, fallback)
    if (record) emitTo(core, entries, record, record.level, time)
}

/** Gives a record to handlers. */
function emitTo(
    core: Core,
    entries: HandlerEntry[],
    record: LogRecord,
    level: Level,
    time: number
): void {
    let formatter: Formatter
    let formatting: boolean
    let formatted: LogRecord
    let line: string
    let i = 0
    let entry = entries[0]
    // a throw leaves the inner loop, and the outer one goes on with the next handler
    while (entry) {
        try {
            for (; entry; entry = entries[i]) {
                i = i + 1
                if (level > entry.level) continue
                let taken = record
                if (entry.filters) {
                    const { filters, filterDefault } = entry
                    const verdict =
                        filterDefault === undefined ? KEEP : filterDefault
                    taken = applyFilters(core, entry, filters, record, verdict)
                    if (!taken) continue
                }
                if (entry.burst > 0) {
                    if (time >= entry.windowEnd) renewWindow(entry, time)
                    if (entry.passed >= entry.limit)
                        if (refuse(core, entry, level)) continue
                }
                const wanted = entry.formatter
                if (wanted) {
                    if (wanted !== formatter) formatted = undefined
                    if (taken !== formatted) {
                        formatting = true
                        line = wanted.format(taken)
                        if (wanted !== LINE_FORMATTER)
                            line = checkedLine(wanted, line)
                        formatting = false
                        formatter = wanted
                        formatted = taken
                    }
                    entry.passed = entry.passed + 1
                    entry.emit(taken, line)
                } else {
                    entry.passed = entry.passed + 1
                    entry.emit(taken)
                }
            }
        } catch (e: any) {
            // after a formatter's fault the handler is tried again with the default one
            if (!handlerFailed(core, entry, formatting, e)) entry = entries[i]
            else i = i - 1
            formatting = false
        }
    }
}

/** What a formatter gave, as one line, unless it may give more. @throws TypeError for no text */
function checkedLine(formatter: Formatter, line: unknown): string {
    if (typeof line !== "string")
        throw new TypeError(`a formatter gives a text, got ${textOf(line)}`)
    return formatter.multiLine ? line : escapeControls(line)
}

/** Hands out the records of the log's own, unless a dispatch is under way and will. */
export function deliverDeferred(core: Core): void {
    if (core.busy) return
    drain(core)
    core.busy = false
}

/**
 * Keeps a record that was logged inside a handler, filter or formatter. One that is logged while
 * such records are handed out is dropped: a handler that logs at each record would go on for ever.
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
    core.refused = core.refused > 0 ? core.refused + 1 : 1
    // not while this very thing is reported, since that would go on for ever as well
    if (core.reporting || core.refusedAt !== undefined) return
    const wait = core.refusedWait > 0 ? core.refusedWait : REFUSED_MS
    core.refusedWait = Math.min(2 * wait, MAX_REFUSED_MS)
    core.refusedAt = core.millis() + wait
    core.due(core.refusedAt)
}

/** Hands out what was logged during a dispatch; what is logged meanwhile is refused. */
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

/** Hands out a record; `forced` takes it whatever its level, filters and burst limit. */
function publishDeferred(
    core: Core,
    { source, level, message, forced }: Deferred
): void {
    const topic = settled(source)
    if (forced) {
        topic.entries = without(topic.entries, forced)
        publish(source, level, "{0}", message)
        topic.entries = undefined
        core.busy = true
        giveTo(core, forced)
    } else if (level <= topic.threshold) publish(source, level, "{0}", message)
}

/** Gives a handler the record that was published last. */
function giveTo(core: Core, entry: HandlerEntry): void {
    const { record } = core
    let formatting = true
    try {
        const { formatter } = entry
        const line = formatter
            ? checkedLine(formatter, formatter.format(record))
            : undefined
        formatting = false
        entry.passed++
        entry.emit(record, line)
    } catch (e: any) {
        if (handlerFailed(core, entry, formatting, e)) giveTo(core, entry)
    }
}

/** Length of a burst window in ms. */
export function windowOf({ window }: HandlerEntry): number {
    return window > 0 ? window : DEFAULT_WINDOW
}

/** Starts a new burst window at `time`. */
function renewWindow(entry: HandlerEntry, time: number): void {
    entry.windowEnd = time + windowOf(entry)
    entry.limit = entry.passed + entry.burst
}

/**
 * Decides on a record above the burst limit: errors and worse may be as many again, so that a
 * storm of lesser ones cannot hide them; the rest is dropped and counted.
 * @returns whether it is dropped
 */
function refuse(core: Core, entry: HandlerEntry, level: Level): boolean {
    if (level <= ERROR && entry.passed < entry.limit + entry.burst) return false
    entry.dropped = entry.dropped > 0 ? entry.dropped + 1 : 1
    if (entry.unreported > 0) {
        entry.unreported++
        return true
    }
    entry.unreported = 1
    entry.reportAt = entry.windowEnd
    core.due(entry.reportAt)
    return true
}
