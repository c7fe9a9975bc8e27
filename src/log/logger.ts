import { Core, HandlerEntry, Source } from "./core"
import { publish, unload } from "./dispatch"
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
import { settled } from "./topic"

/** Structured data of a record. */
export type Meta = Record<string, any>

/**
 * Writes records under a topic. Every method that writes is short, never waits and never throws,
 * whatever is passed to it: a value that is not a text is written as `textOf` renders it.
 *
 * A message is a literal with placeholders `{0}` to `{3}`, filled in only when the level reaches
 * some handler. The number of arguments is fixed, since rest arguments would cost an array at
 * every call. Text from elsewhere belongs in an argument, since it may hold braces.
 * @devsWhenUsed
 */
export class Logger implements Source {
    // worked out for its topic, see `topic.ts`
    threshold = TRACE
    taking: HandlerEntry[]
    /** Dotted topic, or undefined before the first use of a task's logger. */
    name: string
    /** The mark of a service's lines, or undefined; the task's name before its first use. */
    mark: string
    /** Metadata of all its records, or undefined. */
    meta: Meta
    base: Logger
    kept: number

    /** Loggers are made by `LogSystem`. */
    constructor(
        readonly core: Core,
        name: string | undefined,
        mark?: string
    ) {
        if (name) this.name = name
        if (mark) this.mark = mark
    }

    trace(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.threshold >= TRACE) publish(this, TRACE, message, a, b, c, d)
    }

    debug(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.threshold >= DEBUG) publish(this, DEBUG, message, a, b, c, d)
    }

    info(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.threshold >= INFO) publish(this, INFO, message, a, b, c, d)
    }

    notice(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.threshold >= NOTICE) publish(this, NOTICE, message, a, b, c, d)
    }

    warning(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.threshold >= WARNING)
            publish(this, WARNING, message, a, b, c, d)
    }

    error(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.threshold >= ERROR) publish(this, ERROR, message, a, b, c, d)
    }

    critical(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.threshold >= CRITICAL)
            publish(this, CRITICAL, message, a, b, c, d)
    }

    alert(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.threshold >= ALERT) publish(this, ALERT, message, a, b, c, d)
    }

    emergency(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.threshold >= EMERGENCY)
            publish(this, EMERGENCY, message, a, b, c, d)
    }

    /** Writes at a level given as a number; at ERROR if it is not a level. NONE writes nothing. */
    log(
        level: Level,
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        level = severity(level)
        if (level > NONE && this.threshold >= level)
            publish(this, level, message, a, b, c, d)
    }

    /** Whether a record of this level would reach any handler, filters left aside. */
    isEnabled(level: Level): boolean {
        return isSeverity(level) && reaches(this, level)
    }

    /** The most detailed level that reaches any handler. */
    maxLevel(): Level {
        return settled(this).threshold
    }

    /** Writes a caught error at level error: name, message, frames; or any other thrown value. */
    exception(message: string, error: unknown): void {
        if (this.threshold >= ERROR)
            publish(this, ERROR, "{0}: {1}", message, renderError(error))
    }

    /**
     * Writes an object, whose fields are added to the record's metadata; of any other value,
     * only its text.
     * @param level as for `log`
     * @param render makes the message; when it is left out or throws, the message is
     * `key=value key=value`
     */
    logReport(
        level: Level,
        object: Meta,
        render?: (object: Meta) => string
    ): void {
        level = severity(level)
        if (!reaches(this, level)) return
        const text = renderReport(object, render)
        publish(withMeta(this, object), level, "{0}", text)
    }

    /**
     * Writes a progress report (level info, `progress: true` in its metadata) about the work of
     * the firmware itself. It is discarded unless `LogSystem.enableProgress` lets it through.
     */
    progress(
        message: string,
        a?: unknown,
        b?: unknown,
        c?: unknown,
        d?: unknown
    ): void {
        if (this.core.progress)
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

    /** Makes a logger that adds `meta` to its records; this one does not change. */
    with(meta: Meta): Logger {
        return withMeta(this, meta)
    }

    /**
     * Sets the metadata of all further records of this logger; undefined for none. A value that
     * is not a plain object counts as none.
     */
    setMeta(meta: Meta | undefined): void {
        this.meta = fieldsOf(meta) ? Object.assign({}, meta) : undefined
        // the log's record may still hold the old metadata
        unload()
    }
}

/**
 * The logger of a task: topic `task.NAME`, lines marked `NAME.service`, and for a child
 * `NAME.service.CHILD`.
 */
export type ServiceLogger = Logger

/** Makes the logger of a task. @param name a name that is known to be well formed as a topic */
export function taskLogger(core: Core, name: string): ServiceLogger {
    return new Logger(core, undefined, name)
}

/** The level itself, or ERROR if it is not a level. */
function severity(level: Level): Level {
    return level === NONE || isSeverity(level) ? level : ERROR
}

/** Whether a record of a level reaches any handler; NONE reaches none. */
function reaches(logger: Logger, level: Level): boolean {
    return level > NONE && settled(logger).threshold >= level
}

function withMeta(logger: Logger, meta: Meta): Logger {
    const base = settled(logger) as Logger
    const made = new Logger(base.core, base.name, logger.mark)
    const merged = Object.assign({}, logger.meta)
    if (fieldsOf(meta)) Object.assign(merged, meta)
    made.meta = merged
    made.base = base
    return made
}

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
