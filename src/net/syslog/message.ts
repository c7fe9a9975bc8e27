import { structuredElement } from "./data"
import { format } from "./format"
import { cutBytes, escapeTemplate, headerField, singleLine } from "./text"
import { TimestampCache } from "./timestamp"

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

/** Who the messages come from and how long they may be. */
export interface MessageOptions {
    hostname: string
    /** Facility, 0 to 23: RFC 5424, table 1. */
    facility: number
    /** APP-NAME of lines that no task wrote; their topic when left out. */
    appName: string | undefined
    /** PROCID: the boot number. */
    procId: string
    maxBytes: number
    /** Whether line feeds become `#012`, as LF framing needs it and rsyslog writes them. */
    singleLine: boolean
    /** Whether the text starts with a BOM, which tells receivers that it is UTF-8. */
    bom: boolean
    /** Enterprise number in the SD-ID of a record's metadata. */
    enterprise: number
}

/** The kept headers of one topic and mark: a template for each level. */
interface Header {
    topic: string
    mark: string | undefined
    templates: string[]
}

/** Writes RFC 5424 messages. The header of each topic and level is made once and kept. */
export class MessageEncoder {
    private readonly times = new TimestampCache()
    private readonly hostname: string
    private readonly procId: string
    private headers: Record<string, Header> = {}
    private cached = 0
    private lastTopic: string
    private lastMark: string
    private lastLevel: number
    private lastTemplate: string
    private lastTime = -1
    private ticks = 0

    constructor(private readonly options: MessageOptions) {
        this.hostname = headerField(options.hostname, MAX_HOSTNAME)
        this.procId = headerField(options.procId, MAX_PROCID)
    }

    /**
     * The message without framing, at most `maxBytes` long.
     * @param sequence the sequenceId, 1 to MAX_SEQUENCE
     */
    encode(event: SyslogEvent, sequence: number): string {
        if (
            event.level !== this.lastLevel ||
            event.topic !== this.lastTopic ||
            event.mark !== this.lastMark
        )
            this.turnTo(event)
        if (event.time !== this.lastTime) {
            this.lastTime = event.time
            this.ticks = ticksOf(event.time)
        }
        return event.meta
            ? this.withMeta(event, sequence)
            : this.fit(this.lastTemplate, event, sequence, event.message)
    }

    /** Fills the template in; cuts the text, and only the text, where it is too long. */
    private fit(
        template: string,
        event: SyslogEvent,
        sequence: number,
        given: string
    ): string {
        const time = this.times.of(event.wall)
        const text = this.options.singleLine ? singleLine(given) : given
        const message = format(template, time, sequence, this.ticks, text)
        const excess = message.byteLength - this.options.maxBytes
        if (excess <= 0) return message
        const cut = cutBytes(text, text.byteLength - excess)
        return format(template, time, sequence, this.ticks, cut)
    }

    private withMeta(event: SyslogEvent, sequence: number): string {
        const { enterprise, maxBytes, singleLine: single } = this.options
        const element = structuredElement(
            `fiberd@${enterprise}`,
            event.meta,
            (maxBytes - MAX_HEADER_BYTES) >> 1
        )
        const data = single ? singleLine(element) : element
        return this.fit(
            this.makeTemplate(event, data),
            event,
            sequence,
            event.message
        )
    }

    private turnTo(event: SyslogEvent): void {
        this.lastLevel = event.level
        this.lastTopic = event.topic
        this.lastMark = event.mark
        this.lastTemplate = this.template(event)
    }

    private template(event: SyslogEvent): string {
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
        if (!templates[level]) templates[level] = this.makeTemplate(event, "")
        return templates[level]
    }

    /**
     * The `format` template of a message: {0} TIMESTAMP, {1} sequenceId, {2} sysUpTime, {3} text.
     * @param data more SD-ELEMENTs
     */
    private makeTemplate(event: SyslogEvent, data: string): string {
        const { appName, facility, bom } = this.options
        const { topic, mark } = event
        const severity = Math.min(Math.max(event.level, 0), DEBUG)
        const isTask = topic.startsWith(TASK_PREFIX)
        const app = isTask ? topic.slice(TASK_PREFIX.length) : appName || topic
        const header = [
            `<${facility * 8 + severity}>1 {0}`,
            escapeTemplate(this.hostname),
            escapeTemplate(headerField(app, MAX_APP_NAME)),
            escapeTemplate(this.procId),
            escapeTemplate(headerField(mark || topic, MAX_MSGID)),
            '[meta sequenceId="{1}" sysUpTime="{2}"]' + escapeTemplate(data),
            (bom ? BOM : "") + "{3}",
        ]
        return header.join(" ")
    }
}

/** sysUpTime of an uptime in ms. The VM's `%` is of 32 bits and cannot tell this. */
function ticksOf(millis: number): number {
    const ticks = Math.floor(millis / 10)
    return ticks - Math.floor(ticks / TICKS_WRAP) * TICKS_WRAP
}
