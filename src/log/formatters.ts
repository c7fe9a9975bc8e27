import { TASK_PREFIX } from "./filters"
import { replaceAll, rfc3339, uptimeText } from "../platform"
import { LogRecord } from "./record"
import { nativeFormat, renderFields } from "./text"

/** Makes a line of a record; several handlers may share one. */
export interface Formatter {
    /** @returns the text, without a line end */
    format(record: LogRecord): string
}

/** Time as uptime (`12.345`), whether or not the wall clock is known. */
export const TIME_UPTIME = "uptime"
/** Time after RFC 3339 once the wall clock is known, uptime before that. */
export const TIME_RFC3339 = "rfc3339"

/** How a template formatter writes. */
export interface FormatterOptions {
    /** TIME_RFC3339 (default) or TIME_UPTIME. */
    time?: string
    /** Turns line ends of the message into one space each; true by default. */
    singleLine?: boolean
}

/**
 * A line by a template of `{time} {level} {topic} {task} {mark} {message} {meta}` and text
 * between. `{mark}` is the service's mark, or the topic where there is none; `{task}` the
 * task's name or nothing; `{meta}` the structured data as `key=value`.
 * @devsWhenUsed
 */
export class TemplateFormatter implements Formatter {
    private readonly parts: string[] = []
    private readonly time: string
    private readonly singleLine: boolean

    /** @throws RangeError for an unknown field or an open brace */
    constructor(template: string, options: FormatterOptions = {}) {
        this.time = options.time || TIME_RFC3339
        this.singleLine = options.singleLine !== false
        if (this.time !== TIME_RFC3339 && this.time !== TIME_UPTIME)
            throw new RangeError(`time: no format "${this.time}"`)
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
        return words.join("")
    }

    /** Splits the template: text at even places, field names at odd ones. */
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
        if (name === "mark") return record.mark || record.topic
        if (name === "meta") return record.meta ? renderFields(record.meta) : ""
        return this.singleLine ? singleLine(record.message) : record.message
    }

    private timeText(record: LogRecord): string {
        return record.wall === undefined || this.time === TIME_UPTIME
            ? uptimeText(record.time)
            : rfc3339(record.wall)
    }
}

/** The name of the task of a `task.NAME...` topic, empty for other topics. */
export function taskName(topic: string): string {
    if (!topic.startsWith(TASK_PREFIX)) return ""
    const dot = topic.indexOf(".", TASK_PREFIX.length)
    return topic.slice(TASK_PREFIX.length, dot < 0 ? topic.length : dot)
}

/** A text on one line: line ends as one space each. */
export function singleLine(text: string): string {
    const feeds = replaceAll(replaceAll(text, "\r\n", " "), "\n", " ")
    return replaceAll(feeds, "\r", " ")
}

const LABELS = [
    "EMERGENCY",
    "ALERT",
    "CRITICAL",
    "ERROR",
    "WARNING",
    "NOTICE",
    "INFO",
    "DEBUG",
    "TRACE",
]

/** What the text of the time was made for, and that text. */
let stampTime = -1
let stampWall: number = undefined
let stamp = ""

/** `TIME [LEVEL] [name.service] message`. */
function formatLine(record: LogRecord): string {
    // plain statements: in one expression the VM would keep every part in a slot
    if (record.time !== stampTime) renewStamp(record)
    else if (record.wall !== stampWall) renewStamp(record)
    let name = record.mark
    if (!name) name = record.topic
    let message = record.message
    if (message.indexOf("\n") >= 0) message = singleLine(message)
    return nativeFormat(
        "{0} [{1}] [{2}] {3}",
        stamp,
        LABELS[record.level],
        name,
        message
    )
}

/** Several records of one VM slice have the same time: its text is made once. */
function renewStamp({ time, wall }: LogRecord): void {
    stampTime = time
    stampWall = wall
    stamp = wall === undefined ? uptimeText(time) : rfc3339(wall)
}

/** The default formatter, one for all handlers so that it runs once for a record. */
export const LINE_FORMATTER: Formatter = { format: formatLine }
