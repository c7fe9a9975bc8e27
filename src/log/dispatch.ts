import { Channel, Core } from "./core"
import { HandlerEntry } from "./entry"
import { applyFilters, KEEP } from "./filters"
import { Formatter } from "./formatters"
import { Level } from "./levels"
import { LogRecord } from "./record"
import { cut, MAX_MESSAGE, nativeFormat } from "./text"

/** Most records logged inside handlers that wait for the end of the dispatch. */
export const MAX_DEFERRED = 16

/** Who logs: a logger. */
export interface Source {
    readonly channel: Channel
    readonly mark: string
    readonly meta: Record<string, any>
}

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
    if (!channel.entries) if (level > channel.level()) return
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
        record = applyFilters(channel.filters, KEEP, record, channel)
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
                if (time >= entry.windowEnd) entry.renewWindow(time)
                if (entry.passed >= entry.limit) {
                    entry.refuse()
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
            if (!core.warden.handlerFailed(entries[i], inFormatter, e)) ++i
            formatter = undefined
        }
    }
    if (core.deferred.length) drain(core)
    core.depth = 0
}

/**
 * Hands a record of the log's own to all handlers, now or after the current dispatch.
 * @param forced takes it whatever its level, filters and burst limit
 */
export function publishReport(
    channel: Channel,
    record: LogRecord,
    forced: HandlerEntry
): void {
    const { core } = channel
    core.deferred.push({ channel, record, forced })
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
    const { clock, deferred } = core
    if (core.depth > 1 || deferred.length >= MAX_DEFERRED) {
        core.refused++
        core.warden.due(clock.millis())
        return
    }
    const { channel, mark, meta } = source
    const { topic } = channel
    const time = clock.millis()
    const wall = clock.wall()
    const record = { time, wall, level, topic, mark, message, meta }
    deferred.push({ channel, record, forced: undefined })
}

/** Hands out what was logged during a dispatch; what is logged meanwhile is refused. */
function drain(core: Core): void {
    core.depth = 2
    while (core.deferred.length) {
        const { channel, record, forced } = core.deferred.shift()
        if (!channel.entries) core.refresh(channel)
        if (forced) deliver(core, forced, record)
        const { filters, entries } = channel
        const taken = filters
            ? applyFilters(filters, KEEP, record, channel)
            : record
        if (!taken) continue
        for (const entry of entries)
            if (entry !== forced) offer(core, entry, taken)
    }
}

/** Hands a record to a handler if its level, filters and burst limit let it through. */
function offer(core: Core, entry: HandlerEntry, record: LogRecord): void {
    if (record.level > entry.level) return
    if (entry.filters) record = entry.filter(record)
    if (record && entry.admit(record)) deliver(core, entry, record)
}

/**
 * Asks the filters of a handler.
 * @returns false when it takes the record as it is; else the record was stopped, or a
 * changed one has been handed to it
 */
function divert(core: Core, entry: HandlerEntry, record: LogRecord): boolean {
    const taken = entry.filter(record)
    if (taken === record) return false
    if (taken && entry.admit(taken)) deliver(core, entry, taken)
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
        if (core.warden.handlerFailed(entry, inFormatter, e))
            deliver(core, entry, record)
    }
}
