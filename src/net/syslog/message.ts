import { structuredElement } from "./data"
import { format } from "./format"
import { SyslogOptions } from "./options"
import { cutBytes, escapeTemplate, headerField, NIL, singleLine } from "./text"
import { LAST_MS, pad, secondPrefix } from "./timestamp"

/** Limits of RFC 5424, section 6: HOSTNAME, APP-NAME, PROCID, MSGID. */
export const MAX_HOSTNAME = 255
export const MAX_APP_NAME = 48
export const MAX_PROCID = 128
export const MAX_MSGID = 32
/** Longest message unless said otherwise, bytes: what a receiver SHOULD take, section 6.1. */
export const MAX_MESSAGE_BYTES = 2048
/** Shortest limit that may be set: the longest header, and something of the text. */
export const MIN_MESSAGE_BYTES = 640
/** Largest sequenceId, after which it starts again at 1: section 7.3.1. */
export const MAX_SEQUENCE = 2147483647
/** The private enterprise number for examples, RFC 5612; a vendor sets its own. */
export const EXAMPLE_ENTERPRISE = 32473
/** Least severe severity on the wire; what is more detailed is sent as this. */
const DEBUG = 7
/** sysUpTime counts hundredths of a second modulo this (TimeTicks, RFC 2578). */
const TICKS_WRAP = 4294967296
/** Distinct topics and marks whose headers are kept. */
const CACHE_ENTRIES = 32
/** Most bytes of everything before the text, without metadata; rounded up. */
const MAX_HEADER_BYTES = 560
/** BOM of RFC 5424, section 6.4. */
const BOM = "\ufeff"
/** Start of the topics of tasks: the rest of the topic is the task's name. */
const TASK_PREFIX = "task."

/** What a message is made of: the part of a log record that goes on the wire. */
export interface SyslogEvent {
    /** Uptime in ms. */
    time: number
    /** Unix time in ms; undefined while unknown. */
    wall: number | undefined
    /** Severity; more detailed than debug is sent as debug. */
    level: number
    topic: string
    /** As `task.service`; undefined for plain loggers. */
    mark: string | undefined
    message: string
    meta: Record<string, any> | undefined
}

/** The kept headers of one topic and mark: a template for each level. */
interface Header {
    topic: string
    mark: string | undefined
    templates: string[]
}

/**
 * Writes RFC 5424 messages. The header of each topic and level is made once and kept.
 *
 * @devsWhenUsed
 */
export class MessageEncoder {
    private headers: Record<string, Header> = {}
    private cached = 0
    // of the message before: most share all of these with it
    private topic: string
    private mark: string
    private level: number
    private template: string
    private time = -1
    private ticks = 0
    private wall: number
    private stamp = NIL
    /** Start of the second whose `prefix` is kept. */
    private second = -1
    private prefix: string

    /**
     * @param options complete
     * @param single whether line feeds become `#012`, as LF framing needs it
     */
    constructor(
        private readonly options: SyslogOptions,
        private readonly single: boolean
    ) {}

    /**
     * The message without framing, at most `maxBytes` long.
     * @param sequence the sequenceId, 1 to MAX_SEQUENCE
     */
    encode(event: SyslogEvent, sequence: number): string {
        if (
            event.topic !== this.topic ||
            event.level !== this.level ||
            event.mark !== this.mark
        ) {
            this.template = this.templateOf(event)
            this.level = event.level
            this.topic = event.topic
            this.mark = event.mark
        }
        if (event.time !== this.time || event.wall !== this.wall)
            this.setTime(event)
        const template = event.meta ? this.withMeta(event) : this.template
        const text = this.single ? singleLine(event.message) : event.message
        const { stamp, ticks } = this
        const message = format(template, stamp, sequence, ticks, text)
        const excess = message.byteLength - this.options.maxBytes
        if (excess <= 0) return message
        // only the text is cut, never the header
        const cut = cutBytes(text, text.byteLength - excess)
        return format(template, stamp, sequence, ticks, cut)
    }

    private setTime(event: SyslogEvent): void {
        const { time, wall } = event
        this.time = time
        this.wall = wall
        // the VM's % is of 32 bits
        const ticks = Math.floor(time / 10)
        this.ticks = ticks - Math.floor(ticks / TICKS_WRAP) * TICKS_WRAP
        this.stamp = NIL
        if (wall === undefined || !(wall >= 0) || wall > LAST_MS) return
        const unixMs = Math.floor(wall)
        if (!(unixMs >= this.second && unixMs < this.second + 1000)) {
            this.second = Math.floor(unixMs / 1000) * 1000
            this.prefix = secondPrefix(unixMs)
        }
        this.stamp = this.prefix + pad(unixMs - this.second, 3) + "Z"
    }

    private withMeta(event: SyslogEvent): string {
        const element = structuredElement(
            `fiberd@${this.options.enterprise}`,
            event.meta,
            (this.options.maxBytes - MAX_HEADER_BYTES) >> 1
        )
        const data = this.single ? singleLine(element) : element
        return makeTemplate(this.options, event, data)
    }

    private templateOf(event: SyslogEvent): string {
        const { topic, mark } = event
        const key = mark || topic
        let header = this.headers[key]
        if (!header || header.topic !== topic || header.mark !== mark) {
            if (this.cached >= CACHE_ENTRIES) {
                this.headers = {}
                this.cached = 0
            }
            if (!this.headers[key]) this.cached++
            header = { topic, mark, templates: [] }
            this.headers[key] = header
        }
        const { templates } = header
        const level = Math.max(0, event.level)
        if (!templates[level])
            templates[level] = makeTemplate(this.options, event, "")
        return templates[level]
    }
}

/**
 * The `format` template of a message: {0} TIMESTAMP, {1} sequenceId, {2} sysUpTime, {3} text.
 * @param data more SD-ELEMENTs
 */
function makeTemplate(
    options: SyslogOptions,
    { topic, mark, level }: SyslogEvent,
    data: string
): string {
    const severity = Math.min(Math.max(level, 0), DEBUG)
    const app = topic.startsWith(TASK_PREFIX)
        ? topic.slice(TASK_PREFIX.length)
        : options.appName || topic
    const header = [
        headerField(options.hostname, MAX_HOSTNAME),
        headerField(app, MAX_APP_NAME),
        headerField(options.procId, MAX_PROCID),
        headerField(mark || topic, MAX_MSGID),
        "[meta",
    ].join(" ")
    return [
        `<${options.facility * 8 + severity}>1 {0} `,
        escapeTemplate(header),
        ' sequenceId="{1}" sysUpTime="{2}"]',
        escapeTemplate(data),
        options.bom ? ` ${BOM}{3}` : " {3}",
    ].join("")
}
