import { Channel, Core } from "./core"
import { HandlerEntry } from "./entry"
import { applyFilters, KEEP } from "./filters"
import { Formatter } from "./formatters"
import { Level } from "./levels"
import { LogRecord } from "./record"
import { cut, formatMessage, MAX_MESSAGE } from "./text"

/** Most records logged inside handlers that wait for the end of the dispatch. */
export const MAX_DEFERRED = 16

/** What was running when something threw. */
export const STAGE_FORMATTER = "formatter"
export const STAGE_HANDLER = "handler"

/** Who logs: a logger. */
export interface Source {
    readonly channel: Channel
    readonly mark: string
    readonly meta: Record<string, any>
}

/**
 * Makes the record of one log call and hands it out: the hot path, a plain function since
 * the VM finds methods by comparing names. It never throws and never waits.
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
    const { channel, mark, meta } = source
    const core = channel.core
    let text = formatMessage(message, a, b, c, d)
    if (text.byteLength > MAX_MESSAGE) text = cut(text, MAX_MESSAGE)
    const time = core.clock.millis()
    const wall = core.wallKnown ? core.clock.wall() : undefined
    if (core.depth) {
        const { topic } = channel
        const record = { time, wall, level, topic, mark, message: text, meta }
        defer(core, channel, record)
        return
    }
    core.depth = 1
    // one object serves all records: the heap is small, and handlers must not keep it
    const record = core.record
    record.level = level
    record.time = time
    record.message = text
    record.topic = channel.topic
    record.mark = mark
    record.wall = wall
    record.meta = meta
    dispatch(channel, record, undefined)
    if (core.deferred.length) drain(core)
    core.depth = 0
}

/** Keeps a record that was logged inside a handler, filter or formatter. */
function defer(core: Core, channel: Channel, record: LogRecord): void {
    if (core.depth > 1 || core.deferred.length >= MAX_DEFERRED) {
        core.refused++
        core.warden.due(record.time)
    } else core.deferred.push({ channel, record, forced: undefined })
}

/**
 * Hands a record of the log's own to all handlers, now or after the current dispatch.
 * @param forced takes it whatever its level and burst limit
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

/** Hands out what was logged during a dispatch; what is logged meanwhile is refused. */
function drain(core: Core): void {
    core.depth = 2
    while (core.deferred.length) {
        const { channel, record, forced } = core.deferred.shift()
        if (forced) force(core, forced, record)
        dispatch(channel, record, forced)
    }
}

/** Hands a record to each handler that wants it, except `done`. */
function dispatch(
    channel: Channel,
    record: LogRecord,
    done: HandlerEntry
): void {
    if (channel.filters) {
        record = applyFilters(channel.filters, KEEP, record, channel)
        if (!record) return
    }
    const entries = channel.entries
    const count = entries.length
    const level = record.level
    const time = record.time
    let formatter: Formatter = undefined
    let line: string = undefined
    let lineOf: LogRecord = undefined
    let stage = STAGE_HANDLER
    let i = 0
    // a throw leaves the inner loop, and the outer one goes on with the next handler
    while (i < count) {
        try {
            while (i < count) {
                const entry = entries[i++]
                if (level > entry.level || entry === done) continue
                let taken = record
                if (entry.filters) {
                    taken = entry.filter(record)
                    if (!taken) continue
                }
                if (time >= entry.windowEnd) entry.renewWindow(time)
                if (entry.left <= 0) {
                    limit(channel.core, entry)
                    continue
                }
                entry.left--
                if (entry.formatter !== formatter || taken !== lineOf) {
                    formatter = entry.formatter
                    lineOf = taken
                    stage = STAGE_FORMATTER
                    line = formatter ? formatter.format(taken) : undefined
                    stage = STAGE_HANDLER
                }
                entry.passed++
                entry.handler.emit(taken, line)
            }
        } catch (e: any) {
            // with a formatter that threw, the same handler is tried with the default one
            if (channel.core.warden.handlerFailed(entries[i - 1], stage, e)) --i
            formatter = undefined
            stage = STAGE_HANDLER
        }
    }
}

/** Counts a record above the burst limit. */
function limit(core: Core, entry: HandlerEntry): void {
    entry.dropped++
    if (!entry.unreported++) core.warden.due(entry.windowEnd)
}

/** Hands a record to one handler past its level, filters and burst limit. */
function force(core: Core, entry: HandlerEntry, record: LogRecord): void {
    const { formatter } = entry
    let stage = STAGE_FORMATTER
    try {
        const line = formatter ? formatter.format(record) : undefined
        stage = STAGE_HANDLER
        entry.passed++
        entry.handler.emit(record, line)
    } catch (e: any) {
        if (core.warden.handlerFailed(entry, stage, e))
            force(core, entry, record)
    }
}
