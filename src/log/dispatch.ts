import { applyFilters } from "./apply"
import { Core, HandlerEntry, Source } from "./core"
import { renewWindow } from "./entry"
import { defer, handlerFailed } from "./faults"
import { Formatter } from "./formatters"
import { Level } from "./levels"
import { LogRecord } from "./record"
import { without } from "./table"
import { cut, MAX_MESSAGE, nativeFormat } from "./text"
import { channelLevel, settled } from "./topics"

/** Most records logged inside handlers that wait for the end of the dispatch. */
export const MAX_DEFERRED = 16

/**
 * Makes the record of one log call and hands it out. It never throws and never waits.
 *
 * This is the hot path, hence few and flat functions: a call costs the VM as much as eight
 * reads of a field. Without `a` and `b` the message is taken as it is, so that foreign text with
 * braces is safe.
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
    let channel = source.channel
    const core = channel.core
    let entries = channel.entries
    if (!entries) {
        channel = settled(source)
        if (level > channel.threshold) return
        entries = channel.entries
    }
    if (a !== undefined) message = nativeFormat(message, a, b, c, d)
    else if (b !== undefined) message = nativeFormat(message, a, b, c, d)
    if (message.byteLength > MAX_MESSAGE) message = cut(message, MAX_MESSAGE)
    if (core.depth) return keepForLater(core, source, level, message)
    core.depth = 1
    // one object serves all records: the heap is small, and handlers must not keep it
    const record = core.record
    if (core.source !== source) {
        core.source = source
        record.topic = channel.topic
        record.mark = source.mark
        record.meta = source.meta
    }
    record.level = level
    record.message = message
    record.time = core.clock.millis()
    if (core.wallKnown) record.wall = core.clock.wall()
    const filters = channel.filters
    if (!filters) emitTo(core, entries, record)
    else {
        const taken = applyFilters(core, undefined, filters, record)
        if (taken) emitTo(core, entries, taken)
    }
    if (core.deferred.length) drain(core)
    core.depth = 0
}

/** Hands out the records of the log's own, unless a dispatch is under way and will. */
export function deliverDeferred(core: Core): void {
    if (core.depth) return
    drain(core)
    core.depth = 0
}

/** Keeps a record that was logged inside a handler, filter or formatter. */
function keepForLater(
    core: Core,
    source: Source,
    level: Level,
    message: string
): void {
    if (core.depth < 2 && core.deferred.length < MAX_DEFERRED)
        return defer(core, source, level, message)
    core.refused++
    core.due(core.clock.millis())
}

/** Hands out what was logged during a dispatch; what is logged meanwhile is refused. */
function drain(core: Core): void {
    core.depth = 2
    while (core.deferred.length) {
        const { channel, record, forced } = core.deferred.shift()
        if (forced) emitTo(core, [forced], record, forced)
        channelLevel(channel)
        const { entries, filters } = channel
        const taken = filters
            ? applyFilters(core, undefined, filters, record)
            : record
        if (taken) emitTo(core, without(entries, forced), taken)
    }
}

/** Gives a record to handlers; `forced` takes it whatever its level, filters and burst limit. */
function emitTo(
    core: Core,
    entries: HandlerEntry[],
    record: LogRecord,
    forced?: HandlerEntry
): void {
    const level = record.level
    const time = record.time
    const count = entries.length
    let formatter: Formatter = undefined
    let formatted: LogRecord = undefined
    let line: string = undefined
    let i = 0
    // a throw leaves the inner loop, and the outer one goes on with the next handler
    while (i < count) {
        try {
            for (; i < count; ++i) {
                const entry = entries[i]
                let taken = record
                if (entry !== forced) {
                    if (level > entry.level) continue
                    if (entry.filters) {
                        taken = applyFilters(core, entry, entry.filters, record)
                        if (!taken) continue
                    }
                    if (time >= entry.windowEnd) renewWindow(entry, time)
                    if (entry.passed >= entry.limit) {
                        refuse(core, entry)
                        continue
                    }
                }
                const wanted = entry.formatter
                if (wanted !== formatter || taken !== formatted) {
                    formatter = undefined
                    line = wanted ? wanted.format(taken) : undefined
                    formatter = wanted
                    formatted = taken
                }
                entry.passed++
                entry.handler.emit(taken, line)
            }
        } catch (e: any) {
            // after a formatter's fault the handler is tried again with the default one
            const inFormatter = formatter === undefined
            if (!handlerFailed(core, entries[i], inFormatter, e)) ++i
            formatter = undefined
        }
    }
}

/** Counts a record above the burst limit. */
function refuse(core: Core, entry: HandlerEntry): void {
    entry.dropped++
    if (entry.unreported) {
        entry.unreported++
        return
    }
    entry.unreported = 1
    entry.reportAt = entry.windowEnd
    core.due(entry.reportAt)
}
