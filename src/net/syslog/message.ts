import { rfc3339 } from "../../platform"
import { structuredElement } from "./data"
import { format } from "./format"
import { SyslogOptions } from "./options"
import { cutBytes, escapeTemplate, headerField, NIL, singleLine } from "./text"

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
/** Headers that are kept, of about 100 bytes each. */
const CACHE_ENTRIES = 16
/** Most bytes of everything before the text, without metadata; rounded up. */
const MAX_HEADER_BYTES = 560
/** Last millisecond of the year 9999: RFC 3339 has four digits for the year. */
const LAST_MS = 253402300799999
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

/**
 * Writes RFC 5424 messages. The header of each topic and level is made once and kept.
 *
 * @devsWhenUsed
 */
export class MessageEncoder {
    /** By level, topic and mark: a template of the whole message. */
    private templates: Record<string, string> = {}
    private cached = 0
    // of the message before: most share all of these with it
    private time = -1
    private ticks = 0
    private wall: number
    private stamp = NIL

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
        const { time, wall } = event
        if (time !== this.time || wall !== this.wall) {
            this.time = time
            this.wall = wall
            // the VM's % is of 32 bits
            const ticks = Math.floor(time / 10)
            this.ticks = ticks - Math.floor(ticks / TICKS_WRAP) * TICKS_WRAP
            this.stamp = wall >= 0 && wall <= LAST_MS ? rfc3339(wall) : NIL
        }
        const template = event.meta
            ? this.withMeta(event)
            : this.templateOf(event)
        const text = this.single ? singleLine(event.message) : event.message
        const { stamp, ticks } = this
        const message = format(template, stamp, sequence, ticks, text)
        const excess = message.byteLength - this.options.maxBytes
        if (excess <= 0) return message
        // only the text is cut, never the header
        const cut = cutBytes(text, text.byteLength - excess)
        return format(template, stamp, sequence, ticks, cut)
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
        const key = `${event.level} ${event.topic} ${event.mark || ""}`
        let template = this.templates[key]
        if (!template) {
            if (++this.cached > CACHE_ENTRIES) {
                this.templates = {}
                this.cached = 1
            }
            template = makeTemplate(this.options, event, "")
            this.templates[key] = template
        }
        return template
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
    const fixed = escapeTemplate(header)
    const more = escapeTemplate(data)
    const bom = options.bom ? BOM : ""
    return `<${options.facility * 8 + severity}>1 {0} ${fixed} sequenceId="{1}" sysUpTime="{2}"]${more} ${bom}{3}`
}
