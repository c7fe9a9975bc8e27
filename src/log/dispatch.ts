import { applyFilters, applyPrimary } from "./apply"
import { Core, HandlerEntry, Source } from "./core"
import { renewWindow } from "./entry"
import { handlerFailed, makeRecord } from "./faults"
import { Formatter } from "./formatters"
import { Level } from "./levels"
import { LogRecord } from "./record"
import { cut, MAX_MESSAGE, nativeFormat } from "./text"
import { channelLevel, refresh } from "./topics"

/** Most records logged inside handlers that wait for the end of the dispatch. */
export const MAX_DEFERRED = 16

/**
 * Makes the record of one log call and hands it out. It never throws and never waits.
 *
 * This is the hot path, hence one flat function: a call costs the VM as much as eight reads
 * of a field. Without `a` and `b` the message is taken as it is, so that foreign text with
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
    const channel = source.channel
    const core = channel.core
    if (!channel.entries) if (level > channelLevel(channel)) return
    if (a !== undefined) message = nativeFormat(message, a, b, c, d)
    else if (b !== undefined) message = nativeFormat(message, a, b, c, d)
    if (message.byteLength > MAX_MESSAGE) message = cut(message, MAX_MESSAGE)
    if (core.depth) {
        defer(core, source, level, message)
        return
    }
    core.depth = 1
    // one object serves all records: the heap is small, and handlers must not keep it
    let record = core.record
    if (core.source !== source) claim(core, source)
    record.level = level
    record.message = message
    const time = core.clock.millis()
    record.time = time
    if (core.wallKnown) record.wall = core.clock.wall()
    const entries = channel.entries
    let count = entries.length
    if (channel.filters) {
        record = applyPrimary(channel, record)
        if (!record) count = 0
    }
    let formatter: Formatter = undefined
    let line: string = undefined
    let i = 0
    // a throw leaves the inner loop, and the outer one goes on with the next handler
    while (i < count) {
        try {
            for (; i < count; ++i) {
                const entry = entries[i]
                if (level > entry.level) continue
                if (entry.filters && divert(core, entry, record)) continue
                if (time >= entry.windowEnd) renewWindow(entry, time)
                if (entry.passed >= entry.limit) {
                    refuse(core, entry)
                    continue
                }
                const wanted = entry.formatter
                if (wanted !== formatter) {
                    formatter = undefined
                    line = wanted ? wanted.format(record) : undefined
                    formatter = wanted
                }
                entry.passed++
                entry.handler.emit(record, line)
            }
        } catch (e: any) {
            // after a formatter's fault the handler is tried again with the default one
            const inFormatter = formatter === undefined
            if (!handlerFailed(core, entries[i], inFormatter, e)) ++i
            formatter = undefined
        }
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
function defer(
    core: Core,
    source: Source,
    level: Level,
    message: string
): void {
    const { deferred } = core
    if (core.depth > 1 || deferred.length >= MAX_DEFERRED) {
        core.refused++
        core.due(core.clock.millis())
        return
    }
    const record = makeRecord(core, source, level, message)
    deferred.push({ channel: source.channel, record, forced: undefined })
}

/** Hands out what was logged during a dispatch; what is logged meanwhile is refused. */
function drain(core: Core): void {
    core.depth = 2
    while (core.deferred.length) {
        const { channel, record, forced } = core.deferred.shift()
        if (forced) deliver(core, forced, record)
        if (!channel.entries) refresh(channel)
        const taken = channel.filters ? applyPrimary(channel, record) : record
        if (!taken) continue
        for (const entry of channel.entries)
            if (entry !== forced) offer(core, entry, taken)
    }
}

/** Hands a record to a handler if its level, filters and burst limit let it through. */
function offer(core: Core, entry: HandlerEntry, record: LogRecord): void {
    if (record.level > entry.level) return
    if (entry.filters) record = applyFilters(core, entry, record)
    if (record && admit(core, entry, record)) deliver(core, entry, record)
}

/**
 * Asks the filters of a handler.
 * @returns false when it takes the record as it is; else the record was stopped, or a
 * changed one has been handed to it
 */
function divert(core: Core, entry: HandlerEntry, record: LogRecord): boolean {
    const taken = applyFilters(core, entry, record)
    if (taken === record) return false
    if (taken && admit(core, entry, taken)) deliver(core, entry, taken)
    return true
}

/** Fills the common record with what is the same for all records of a logger. */
function claim(core: Core, source: Source): void {
    const { record } = core
    core.source = source
    record.topic = source.channel.topic
    record.mark = source.mark
    record.meta = source.meta
}

/** Hands a record to one handler, whatever its level, filters and burst limit. */
function deliver(core: Core, entry: HandlerEntry, record: LogRecord): void {
    const { formatter } = entry
    let inFormatter = true
    try {
        const line = formatter ? formatter.format(record) : undefined
        inFormatter = false
        entry.passed++
        entry.handler.emit(record, line)
    } catch (e: any) {
        if (handlerFailed(core, entry, inFormatter, e))
            deliver(core, entry, record)
    }
}

/** Whether the burst limit lets a record through; counts it when not. */
function admit(core: Core, entry: HandlerEntry, record: LogRecord): boolean {
    if (record.time >= entry.windowEnd) renewWindow(entry, record.time)
    if (entry.passed < entry.limit) return true
    refuse(core, entry)
    return false
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
