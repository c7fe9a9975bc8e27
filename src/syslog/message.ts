import { escapeControls, rfc3339 } from "../platform"
import type { SyslogClient } from "./client"
import { structuredElement } from "./data"
import { SyslogEvent } from "./event"
import { format } from "./format"
import { SyslogOptions } from "./options"
import { Outbox, sequenceOf } from "./outbox"
import { cutBytes, headerField, NIL } from "./text"

/** A message in octet counting, RFC 6587, section 3.4.1: length, head, sequenceId, tail, text. */
export const FRAME = "{0} {1}{2}{3}{4}"
/** Topic of the records about syslog itself. */
export const SYSLOG_TOPIC = "net.syslog"
/** Limits of RFC 5424, section 6: APP-NAME, MSGID. */
const MAX_APP_NAME = 48
const MAX_MSGID = 32
/** Least severe severity on the wire; what is more detailed is sent as this. */
const DEBUG = 7
const WARNING = 4
/** sysUpTime counts hundredths of a second modulo this (TimeTicks, RFC 2578). */
const TICKS_WRAP = 4294967296
/** Most bytes of what follows the sequenceId, without metadata and text. */
const TAIL_BYTES = 40
/** Last millisecond of the year 9999: RFC 3339 has four digits for the year. */
const LAST_MS = 253402300799999
/** BOM of RFC 5424, section 6.4. */
const BOM = "\ufeff"
/** Start of the topics of tasks: the rest of the topic is the task's name. */
const TASK_PREFIX = "task."

/**
 * Makes the parts of a message that those of the same time, topic and level share: what comes
 * before the sequenceId, and what comes between it and the text.
 * @param sequence the sequenceId of the message, for the length of the whole
 */
export function describe(
    { outbox: out, options }: SyslogClient,
    event: SyslogEvent,
    sequence: number
): void {
    const { time, wall, level, topic, mark, meta } = event
    if (topic !== out.topic || mark !== out.mark) {
        out.mark = mark
        out.sender = namesOf(options, topic, mark)
    }
    // metadata holds for one message: the next is made anew
    out.topic = meta ? undefined : topic
    out.time = time
    out.wall = wall
    out.level = level
    const severity = Math.min(Math.max(level, 0), DEBUG)
    const stamp = wall >= 0 && wall <= LAST_MS ? rfc3339(wall) : NIL
    // the VM's % is of 32 bits
    let ticks = Math.floor(time / 10)
    ticks -= Math.floor(ticks / TICKS_WRAP) * TICKS_WRAP
    out.head = format(
        '<{0}>1 {1} {2} [meta sequenceId="',
        options.facility * 8 + severity,
        stamp,
        out.sender
    )
    out.tail = format(
        '" sysUpTime="{0}"]{1} {2}',
        ticks,
        meta ? metaElement(options, meta, out.head) : "",
        options.bom ? BOM : ""
    )
    const digits = "" + sequence
    out.base = out.head.byteLength + digits.length + out.tail.byteLength
}

/** Makes a text fit: no control characters, no more bytes than a message may have. */
export function fitText(out: Outbox, text: string): string {
    // a caller that passes no text by mistake gets what a person would print
    return cutBytes(escapeControls("" + text), out.maxBytes - out.base)
}

/** A record of our own that declares the gap; it stands under the last missing sequenceId. */
export function declaration(client: SyslogClient): string {
    const { clock, outbox: out } = client
    const { gap } = out
    const first = sequenceOf(out, out.gapFrom)
    const last = sequenceOf(out, out.gapTo - 1)
    const message = `${gap} records dropped, sequenceId ${first} to ${last}: ${out.reason}`
    const event = {
        time: clock.millis(),
        wall: clock.wall(),
        level: WARNING,
        topic: SYSLOG_TOPIC,
        mark: undefined as string,
        message,
        meta: { dropped: gap, first, last },
    }
    describe(client, event, last)
    const size = out.base + message.byteLength
    return format(FRAME, size, out.head, last, out.tail, message)
}

/** HOSTNAME, APP-NAME, PROCID and MSGID. */
function namesOf(options: SyslogOptions, topic: string, mark: string): string {
    const app = topic.startsWith(TASK_PREFIX)
        ? topic.slice(TASK_PREFIX.length)
        : options.appName || topic
    return format(
        "{0} {1} {2} {3}",
        options.hostname,
        headerField(app, MAX_APP_NAME),
        options.procId,
        headerField(mark || topic, MAX_MSGID)
    )
}

function metaElement(
    { enterprise, maxBytes }: SyslogOptions,
    meta: Record<string, any>,
    head: string
): string {
    // half of what the header leaves; the rest is the text's
    const room = maxBytes - head.byteLength - TAIL_BYTES
    return structuredElement(`fiberd@${enterprise}`, meta, room >> 1)
}
