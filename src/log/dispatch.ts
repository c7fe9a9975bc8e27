import { applyFilters } from "./apply"
import { Channel, Core, Deferred, HandlerEntry, Source } from "./core"
import { defer, handlerFailed } from "./faults"
import { Formatter } from "./formatters"
import { DEFAULT_WINDOW } from "./handler"
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
 * This is the hot path, hence few and flat functions: a call costs the VM as much as eight reads
 * of a field, and so does `length`. Without `a` and `b` the message is taken as it is, so that
 * foreign text with braces is safe.
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
    if (core.busy) return keepForLater(core, source, level, message)
    core.busy = true
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
    const time = core.millis()
    if (record.time !== time) {
        record.time = time
        record.wall = core.clock.wall()
    }
    if (core.primary) filterFirst(core, channel, entries, record)
    else emitTo(core, entries, record, level, time)
    if (core.deferred) drain(core)
    core.busy = false
}

/** Takes a record through the filters before all handlers. */
function filterFirst(
    core: Core,
    { filters }: Channel,
    entries: HandlerEntry[],
    record: LogRecord
): void {
    const { time } = record
    if (filters) record = applyFilters(core, undefined, filters, record)
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
                    taken = applyFilters(core, entry, entry.filters, record)
                    if (!taken) continue
                }
                if (entry.burst > 0) {
                    if (time >= entry.windowEnd) renewWindow(entry, time)
                    if (entry.passed >= entry.limit) {
                        refuse(core, entry)
                        continue
                    }
                }
                const wanted = entry.formatter
                if (wanted) {
                    if (wanted !== formatter) formatted = undefined
                    if (taken !== formatted) {
                        formatting = true
                        line = wanted.format(taken)
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

/** Hands out the records of the log's own, unless a dispatch is under way and will. */
export function deliverDeferred(core: Core): void {
    if (core.busy) return
    drain(core)
    core.busy = false
}

/** Keeps a record that was logged inside a handler, filter or formatter. */
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
    core.due()
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
    const { channel } = source
    channelLevel(channel)
    if (forced) {
        channel.entries = without(channel.entries, forced)
        publish(source, level, message)
        channel.entries = undefined
        core.busy = true
        giveTo(core, forced)
    } else publish(source, level, message)
}

/** Gives a handler the record that was published last. */
function giveTo(core: Core, entry: HandlerEntry): void {
    const { record } = core
    let formatting = true
    try {
        const { formatter } = entry
        const line = formatter ? formatter.format(record) : undefined
        formatting = false
        entry.passed++
        entry.emit(record, line)
    } catch (e: any) {
        if (handlerFailed(core, entry, formatting, e)) giveTo(core, entry)
    }
}

/** Starts a new burst window at `time`. */
function renewWindow(entry: HandlerEntry, time: number): void {
    entry.windowEnd = time + (entry.window > 0 ? entry.window : DEFAULT_WINDOW)
    entry.limit = entry.passed + entry.burst
}

/** Counts a record above the burst limit. */
function refuse(core: Core, entry: HandlerEntry): void {
    entry.dropped = (entry.dropped ?? 0) + 1
    if (entry.unreported > 0) {
        entry.unreported++
        return
    }
    entry.unreported = 1
    entry.reportAt = entry.windowEnd
    core.due(entry.reportAt)
}
