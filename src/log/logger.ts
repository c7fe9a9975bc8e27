import { publish } from "./dispatch"
import {
    ALERT,
    CRITICAL,
    DEBUG,
    EMERGENCY,
    ERROR,
    INFO,
    isSeverity,
    Level,
    NONE,
    NOTICE,
    TRACE,
    WARNING,
} from "./levels"
import {
    fieldsOf,
    messageOf,
    renderError,
    renderFields,
    textOf,
} from "./render"
import { settled, Source, Topic } from "./topic"

/** Structured data of a record. */
export type Meta = Record<string, any>

/**
 * Writes records under a topic. Every method is short, never waits and never throws, whatever
 * is passed to it: what is no text is written as a person would print it.
 *
 * A message is a literal with `{0}` to `{3}`, filled in only when some handler takes the
 * record: the arguments are fixed, since rest arguments would cost an array at every call.
 * Foreign text belongs into an argument.
 * @devsWhenUsed
 */
export class Logger implements Source {
    /** What it shares with the other loggers of its topic, see `topic.ts`. */
    topic: Topic
    /** The mark of a service's lines, or undefined; the task's name before the first use. */
    mark: string
    /** Data of all its records, or undefined. */
    meta: Meta

    /** Loggers are made by `LogSystem`. @param topic undefined for the first of a topic */
    constructor(topic: Topic | undefined, mark?: string, meta?: Meta) {
        this.topic = topic || (this as unknown as Topic)
        if (mark !== undefined) this.mark = mark
        if (meta) this.meta = meta
    }

    trace(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.topic.threshold >= TRACE)
            publish(this, TRACE, message, a, b, c, d)
    }

    debug(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.topic.threshold >= DEBUG)
            publish(this, DEBUG, message, a, b, c, d)
    }

    info(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.topic.threshold >= INFO)
            publish(this, INFO, message, a, b, c, d)
    }

    notice(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.topic.threshold >= NOTICE)
            publish(this, NOTICE, message, a, b, c, d)
    }

    warning(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.topic.threshold >= WARNING)
            publish(this, WARNING, message, a, b, c, d)
    }

    error(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.topic.threshold >= ERROR)
            publish(this, ERROR, message, a, b, c, d)
    }

    critical(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.topic.threshold >= CRITICAL)
            publish(this, CRITICAL, message, a, b, c, d)
    }

    alert(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.topic.threshold >= ALERT)
            publish(this, ALERT, message, a, b, c, d)
    }

    emergency(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.topic.threshold >= EMERGENCY)
            publish(this, EMERGENCY, message, a, b, c, d)
    }

    /** Writes at a level given as a number; at ERROR when it is none. NONE writes nothing. */
    log(
        level: Level,
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (level === NONE) return
        if (!isSeverity(level)) level = ERROR
        if (this.topic.threshold >= level)
            publish(this, level, message, a, b, c, d)
    }

    /** Whether a record of this level would reach any handler. */
    isEnabled(level: Level): boolean {
        return isSeverity(level) && settled(this).threshold >= level
    }

    /** The most detailed level that reaches any handler. */
    maxLevel(): Level {
        return settled(this).threshold
    }

    /** Writes a caught error (or whatever was thrown) at level error: name, message, frames. */
    exception(message: string, error: unknown): void {
        if (this.topic.threshold >= ERROR)
            publish(this, ERROR, "{0}: {1}", message, renderError(error))
    }

    /**
     * Writes an object, whose fields become the record's metadata; of anything else that is
     * passed, the text.
     * @param render makes the message of it; `key=value key=value` when left out or throwing
     */
    report(
        level: Level,
        object: Meta,
        render?: (object: Meta) => string
    ): void {
        if (level === NONE) return
        if (!isSeverity(level)) level = ERROR
        if (settled(this).threshold < level) return
        const text = renderReport(object, render)
        publish(withMeta(this, object), level, "{0}", text)
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
        // worked out: `withMeta` does so, and `publish` then takes it as checked
        if (this.topic.core.progress && settled(this).threshold >= INFO)
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

    /**
     * Sets the data of all further records of this logger, as that of a task; undefined for
     * none. What is no object with fields counts as none.
     */
    setMeta(meta: Meta | undefined): void {
        const { core } = settled(this)
        this.meta = fieldsOf(meta) ? Object.assign({}, meta) : undefined
        // the log's record may hold the data of before
        if (core.source === this) core.source = undefined
    }
}

function withMeta(logger: Logger, meta: Meta): Logger {
    const merged = Object.assign({}, logger.meta || {})
    if (fieldsOf(meta)) Object.assign(merged, meta)
    // not before this one has its topic: whoever claims that must be without metadata
    const topic = settled(logger)
    return new Logger(topic, logger.mark, merged)
}

/**
 * The logger of a task: topic `task.NAME`, lines marked `NAME.service`, and for a child
 * `NAME.service.CHILD`.
 */
export type ServiceLogger = Logger

function renderReport(object: Meta, render: (object: Meta) => string): string {
    const text = fieldsOf(object) ? renderFields(object) : messageOf(object)
    if (!render) return text
    try {
        const rendered: unknown = render(object)
        return rendered === undefined ? text : textOf(rendered)
    } catch (e: any) {
        return `${text} (its rendering: ${renderError(e)})`
    }
}
