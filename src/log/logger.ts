import { Channel, Source } from "./core"
import { publish } from "./dispatch"
import {
    ALERT,
    CRITICAL,
    DEBUG,
    EMERGENCY,
    ERROR,
    INFO,
    Level,
    NOTICE,
    TRACE,
    WARNING,
} from "./levels"
import { renderError, renderFields } from "./text"
import { settled } from "./topics"

/** Structured data of a record. */
export type Meta = Record<string, any>

/**
 * Writes records under a topic. Every method is short, never waits and never throws.
 *
 * A message is a literal with `{0}` to `{3}`, filled in only when some handler takes the
 * record: the arguments are fixed, since rest arguments would cost an array at every call.
 *
 * The first logger of a topic is the topic's channel as well: one object less in the heap.
 * @devsWhenUsed
 */
export class Logger implements Source {
    channel: Channel
    /** The mark of a service's lines, or undefined; the task's name before the first use. */
    mark: string
    /** Data bound to all records, or undefined. */
    readonly meta: Meta

    /**
     * Loggers are made by the log system, and for tasks by their registry.
     * @param channel what it shares with the others of its topic, undefined for the first; or
     *     `unusedChannel`, with the name of the task as mark
     */
    constructor(channel: Channel, mark?: string, meta?: Meta) {
        this.channel = channel || (this as unknown as Channel)
        if (mark) this.mark = mark
        if (meta) this.meta = meta
    }

    trace(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.channel.threshold >= TRACE)
            publish(this, TRACE, message, a, b, c, d)
    }

    debug(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.channel.threshold >= DEBUG)
            publish(this, DEBUG, message, a, b, c, d)
    }

    info(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.channel.threshold >= INFO)
            publish(this, INFO, message, a, b, c, d)
    }

    notice(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.channel.threshold >= NOTICE)
            publish(this, NOTICE, message, a, b, c, d)
    }

    warning(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.channel.threshold >= WARNING)
            publish(this, WARNING, message, a, b, c, d)
    }

    error(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.channel.threshold >= ERROR)
            publish(this, ERROR, message, a, b, c, d)
    }

    critical(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.channel.threshold >= CRITICAL)
            publish(this, CRITICAL, message, a, b, c, d)
    }

    alert(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.channel.threshold >= ALERT)
            publish(this, ALERT, message, a, b, c, d)
    }

    emergency(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.channel.threshold >= EMERGENCY)
            publish(this, EMERGENCY, message, a, b, c, d)
    }

    /** Writes at a level given as a number. */
    log(
        level: Level,
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.channel.threshold >= level && level >= EMERGENCY)
            publish(this, level, message, a, b, c, d)
    }

    /** Whether a record of this level would reach any handler. */
    isEnabled(level: Level): boolean {
        return settled(this).threshold >= level && level >= EMERGENCY
    }

    /** The most detailed level that reaches any handler. */
    mostDetailed(): Level {
        return settled(this).threshold
    }

    /** Writes a caught error (or whatever was thrown) at level error: name, message, frames. */
    exception(message: string, error: unknown): void {
        if (this.channel.threshold >= ERROR)
            publish(this, ERROR, "{0}: {1}", message, renderError(error))
    }

    /**
     * Writes an object, which becomes the record's meta.
     * @param render makes the message of it; `key=value key=value` when left out or throwing
     */
    report(
        level: Level,
        object: Meta,
        render?: (object: Meta) => string
    ): void {
        if (settled(this).threshold >= level && level >= EMERGENCY)
            publish(withMeta(this, object), level, renderReport(object, render))
    }

    /**
     * Writes a progress report (level info): what is of interest only to whoever follows
     * the work of the firmware itself. They are thrown away unless the log lets them through.
     */
    progress(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        const { channel } = this
        // worked out: `withMeta` does so, and `publish` then takes it as checked
        if (channel.core.progress && settled(this).threshold >= INFO)
            publish(
                withMeta(this, { progress: true }),
                INFO,
                message,
                a,
                b,
                c,
                d
            )
    }

    /** A logger that adds `meta` to its records; this one stays as it is. */
    with(meta: Meta): Logger {
        return withMeta(this, meta)
    }
}

function withMeta(logger: Logger, meta: Meta): Logger {
    const merged = Object.assign({}, logger.meta || {})
    Object.assign(merged, meta)
    // not before this one has its topic: whoever claims that must be without meta
    const channel = settled(logger)
    return new Logger(channel, logger.mark, merged)
}

/**
 * The logger of a task: topic `task.NAME`, lines marked `NAME.service`, and for a child
 * `NAME.service.CHILD`.
 */
export type ServiceLogger = Logger

function renderReport(object: Meta, render: (object: Meta) => string): string {
    if (!render) return renderFields(object)
    try {
        return render(object)
    } catch (e: any) {
        return `${renderFields(object)} (its rendering: ${renderError(e)})`
    }
}
