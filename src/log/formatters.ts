import {
    escapeControls,
    nativeFormat,
    OptionTable,
    readOptions,
    replaceAll,
    rfc3339,
    uptimeText,
} from "../platform"
import { TASK_PREFIX } from "./filters"
import { LABELS } from "./levels"
import { LogRecord } from "./record"
import { renderFields } from "./render"
import { cut } from "./text"

/** Formats a record as a line; handlers may share a formatter. */
export interface Formatter {
    /** @returns the text without a line end; the log escapes its control characters */
    format(record: LogRecord): string
    /** Whether the text may hold line feeds: the log then escapes NUL only; false by default. */
    readonly multiLine?: boolean
}

/** Time as uptime in seconds (`12.345`), whether or not the wall clock is known. */
export const TIME_UPTIME = "uptime"
/** Time as in RFC 3339 once the wall clock is known, uptime before that. */
export const TIME_RFC3339 = "rfc3339"

/** How a template formatter writes. */
export interface FormatterOptions {
    /** TIME_RFC3339 (default) or TIME_UPTIME. */
    time?: typeof TIME_RFC3339 | typeof TIME_UPTIME
    /** Local time minus UTC, in minutes, -840 to 840; 0 by default. */
    timeOffset?: number
    /**
     * Whether a line feed of the message stays `#012` (default); otherwise it becomes a line end
     * and four blanks.
     */
    singleLine?: boolean
    /** Most bytes of a line, 16 to 65,535 (default): a longer one is cut and marked. */
    charsLimit?: number
}

const FORMATTER_OPTIONS: OptionTable = `
    time: one-of rfc3339|uptime = rfc3339
    timeOffset: minutes -840 840 = 0
    singleLine: flag = true
    charsLimit: bytes 16 65535 = 65535
`
/** A line feed as the log escapes it, and what replaces it when `singleLine` is false. */
const FEED = "#012"
const NEXT_LINE = "\n    "

/**
 * Formats by a template: text with the fields
 * `{time} {level} {topic} {task} {mark} {message} {meta}`. `{mark}` is the service's mark, or the
 * topic where there is none; `{task}` the task's name, empty for other topics; `{meta}` the
 * structured data as `key=value`.
 * @devsWhenUsed
 */
export class TemplateFormatter implements Formatter {
    private readonly parts: string[] = []
    private readonly options: FormatterOptions
    readonly multiLine: boolean

    /** @throws OPTION_ERROR for a bad option, RangeError for an unknown field or an open brace */
    constructor(template: string, options?: FormatterOptions) {
        this.options = readOptions("formatter", FORMATTER_OPTIONS, options)
        this.multiLine = !this.options.singleLine
        this.parse(template)
    }

    format(record: LogRecord): string {
        const words: string[] = []
        const { parts } = this
        for (let i = 0; i < parts.length; i += 2) {
            words.push(parts[i])
            if (i + 1 < parts.length)
                words.push(this.field(parts[i + 1], record))
        }
        return cut(words.join(""), this.options.charsLimit)
    }

    /** Splits the template: text at even indexes of `parts`, field names at odd ones. */
    private parse(template: string): void {
        const fields = [
            "time",
            "level",
            "topic",
            "task",
            "mark",
            "message",
            "meta",
        ]
        let at = 0
        while (true) {
            const open = template.indexOf("{", at)
            if (open < 0) break
            const close = template.indexOf("}", open)
            const name = template.slice(open + 1, Math.max(open, close))
            if (fields.indexOf(name) < 0)
                throw new RangeError(
                    `template "${template}": no field at character ${open + 1}; wanted {${fields.join("} {")}}`
                )
            this.parts.push(template.slice(at, open))
            this.parts.push(name)
            at = close + 1
        }
        this.parts.push(template.slice(at))
    }

    private field(name: string, record: LogRecord): string {
        if (name === "time") return this.timeText(record)
        if (name === "level") return LABELS[record.level]
        if (name === "topic") return record.topic
        if (name === "task") return taskName(record.topic)
        if (name === "mark") return record.name
        if (name === "meta")
            return record.meta ? escapeControls(renderFields(record.meta)) : ""
        return this.multiLine
            ? replaceAll(record.message, FEED, NEXT_LINE)
            : record.message
    }

    private timeText(record: LogRecord): string {
        const { time, wall } = record
        const { timeOffset } = this.options
        if (this.options.time === TIME_UPTIME) return uptimeText(time)
        if (wall === undefined || timeOffset === 0) return timeText(record)
        const local = rfc3339(wall + timeOffset * 60000)
        return local.slice(0, -1) + zone(timeOffset)
    }
}

/** The name of the task of a `task.NAME...` topic, empty for other topics. */
export function taskName(topic: string): string {
    if (topic.indexOf(TASK_PREFIX, 0, 1) < 0) return ""
    const dot = topic.indexOf(".", TASK_PREFIX.length)
    return topic.slice(TASK_PREFIX.length, dot < 0 ? topic.length : dot)
}

/** An offset from UTC as in RFC 3339: `+02:00`. @param minutes local time minus UTC */
function zone(minutes: number): string {
    const size = Math.abs(minutes)
    // adding 100 keeps a leading zero
    const hours = ("" + (100 + Math.idiv(size, 60))).slice(1)
    const rest = ("" + (100 + ((size | 0) % 60))).slice(1)
    return (minutes < 0 ? "-" : "+") + hours + ":" + rest
}

/** Formats a record as `TIME [LEVEL] [NAME] message`; NAME is the mark, or else the topic. */
export function formatLine(record: LogRecord): string {
    // the time does not advance until the fiber waits: its text is made once
    if (!record.stamp) record.stamp = timeText(record)
    return nativeFormat(
        "{0} [{1}] [{2}] {3}",
        record.stamp,
        LABELS[record.level],
        record.name,
        record.message
    )
}

function timeText({ time, wall }: LogRecord): string {
    return wall === undefined ? uptimeText(time) : rfc3339(wall)
}

/** The default formatter: one object for all handlers, so that it runs once for each record. */
export const LINE_FORMATTER: Formatter = { format: formatLine }
