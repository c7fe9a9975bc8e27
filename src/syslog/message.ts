import {
    beginTexts,
    cut,
    DEBUG,
    firstBytes,
    nativeFormat,
    nextText,
    TASK_PREFIX,
    textOf,
    WARNING,
} from "../log"
import { escapeControls, replaceAll, rfc3339, Clock } from "../platform"
import { SyslogOptions } from "./options"
import { headerField, NIL } from "./text"

/** A message in octet counting, RFC 6587, section 3.4.1: length, head, sequenceId, middle, text. */
export const FRAME = "{0} {1}{2}{3}{4}"
/** Largest sequenceId, after which it starts again at 1: RFC 5424, section 7.3.1. */
export const MAX_SEQUENCE = 2147483647
/** Topic of the records about syslog itself. */
export const SYSLOG_TOPIC = "net.syslog"
/** Limits of RFC 5424, section 6: APP-NAME, MSGID. */
const MAX_APP_NAME = 48
const MAX_MSGID = 32
/** Last millisecond of the year 9999: RFC 3339 has four digits for the year. */
const LAST_MS = 253402300799999
/** Marks the text as UTF-8: RFC 5424, section 6.4. */
const BOM = "\ufeff"
/** Most parameters of the metadata; more are left out. */
const MAX_PARAMS = 16
/** Longest SD-NAME, RFC 5424, section 6.3.2. */
const MAX_NAME = 32
/** Longest parameter value, bytes. */
const MAX_VALUE_BYTES = 255
/** Printable characters that an SD-NAME must not hold. */
const NOT_IN_NAMES = '="]'

/** What a message is made of: the part of a log record that is sent. */
export interface SyslogEvent {
    /** Uptime in ms. */
    time: number
    /** Unix time in ms; undefined while unknown. */
    wall: number | undefined
    /** Level; one that is more detailed than debug is sent as debug. */
    level: number
    topic: string
    /** MSGID in place of the topic, as `task.service`; undefined for plain loggers. */
    mark?: string
    /** Its control characters must have been escaped: `escapeControls`. */
    message: string
    meta?: Record<string, any>
}

/** What messages are made with: the options, and what the last one had in common with the next. */
export interface MessageState {
    options: SyslogOptions
    /** What `head` and `middle` were made for. */
    time: number
    level: number
    topic: string
    mark: string
    /** HOSTNAME to MSGID of the topic and mark above. */
    sender: string
    /** The part of a message before its sequenceId, and the part between that and its text. */
    head: string
    middle: string
    /** Bytes of a message without its text, and most bytes of a whole message. */
    base: number
    maxBytes: number
    /** Number of the last frame before the current round of sequenceIds; 0 in the first one. */
    earlier: number
    /** Records dropped and not known to be declared; their numbers are `gapFrom` to before `gapTo`. */
    gap: number
    gapFrom: number
    gapTo: number
    /** Why the last of them were dropped. */
    reason: string
}

/**
 * Makes what messages of the same time, topic, mark and level have in common: the part before the
 * sequenceId, and the part between it and the text.
 * @param sequence the sequenceId of the next message, for its number of digits
 * @returns false when no host is set
 */
export function renderHeader(
    out: MessageState,
    event: Omit<SyslogEvent, "message">,
    sequence: number
): boolean {
    const { options } = out
    if (!options.host) return false
    const { time, wall, level, topic, mark, meta } = event
    if (topic !== out.topic || mark !== out.mark) {
        out.topic = topic
        out.mark = mark
        out.sender = senderOf(options, topic, mark)
    }
    out.level = level
    // metadata belongs to one message: the next one needs a new header
    out.time = meta ? undefined : time
    out.head = nativeFormat(
        '<{0}>1 {1} {2} [meta sequenceId="',
        // syslog has nothing that is more detailed
        options.facility * 8 + Math.min(level, DEBUG),
        wall >= 0 && wall <= LAST_MS ? rfc3339(wall) : NIL,
        out.sender
    )
    out.middle = nativeFormat(
        '" sysUpTime="{0}"]{1} {2}',
        // hundredths of a second, modulo 2^32 (TimeTicks, RFC 2578)
        (time / 10) >>> 0,
        meta ? metaElement(out, meta) : "",
        options.bom ? BOM : ""
    )
    const digits = "" + sequence
    out.base = out.head.byteLength + digits.length + out.middle.byteLength
    return true
}

/**
 * Makes a text fit into a message: control characters are escaped, and a text that is too long is
 * cut between two characters and marked with what is missing: `[+N bytes]`.
 */
export function fitText(
    { maxBytes, base }: MessageState,
    text: unknown
): string {
    // a caller may pass something other than a text by mistake
    return cut(escapeControls(textOf(text)), maxBytes - base)
}

/** The message that declares the gap; it has the last missing sequenceId. */
export function declaration(out: MessageState, clock: Clock): string {
    const dropped = out.gap
    const first = sequenceOf(out, out.gapFrom)
    const last = sequenceOf(out, out.gapTo - 1)
    const text = `${dropped} records dropped, sequenceId ${first} to ${last}: ${out.reason}`
    const event = {
        time: clock.millis(),
        wall: clock.wall(),
        level: WARNING,
        topic: SYSLOG_TOPIC,
        meta: { dropped, first, last },
    }
    renderHeader(out, event, last)
    const { base, head, middle } = out
    return nativeFormat(FRAME, base + text.byteLength, head, last, middle, text)
}

/** HOSTNAME, APP-NAME, PROCID and MSGID. */
function senderOf(options: SyslogOptions, topic: string, mark: string): string {
    const app =
        topic.indexOf(TASK_PREFIX, 0, 1) >= 0
            ? topic.slice(TASK_PREFIX.length)
            : options.appName || topic
    return nativeFormat(
        "{0} {1} {2} {3}",
        options.hostname,
        headerField(app, MAX_APP_NAME),
        options.procId,
        headerField(mark || topic, MAX_MSGID)
    )
}

/**
 * Metadata as one SD-ELEMENT of RFC 5424, section 6.3. Names are made valid, values escaped and
 * cut. Parameters may take half of the bytes that the header leaves; those that do not fit are left
 * out. Without parameters there is no element.
 */
function metaElement(out: MessageState, meta: Record<string, any>): string {
    let room = (out.maxBytes - out.head.byteLength) >> 1
    let params = ""
    let count = 0
    beginTexts()
    for (const key of Object.keys(meta)) {
        const name = headerField(key, MAX_NAME, NOT_IN_NAMES)
        // cut before it is escaped, too: some 30 steps for each control character
        const part = firstBytes(nextText(meta[key]), MAX_VALUE_BYTES)
        const text = firstBytes(escapeControls(part), MAX_VALUE_BYTES)
        const param = ` ${name}="${escapeValue(text)}"`
        if (param.byteLength > room || count === MAX_PARAMS) continue
        room -= param.byteLength
        params = params + param
        count++
    }
    return params ? `[fiberd@${out.options.enterprise}${params}]` : ""
}

/** Escapes a PARAM-VALUE: `\`, `"` and `]` get a `\` in front. RFC 5424, section 6.3.3. */
function escapeValue(text: string): string {
    const slashes = replaceAll(text, "\\", "\\\\")
    return replaceAll(replaceAll(slashes, '"', '\\"'), "]", "\\]")
}

/** The sequenceId of a frame, which need not be in the ring any more. */
export function sequenceOf({ earlier }: MessageState, frame: number): number {
    // before the last wrap: 1 follows MAX_SEQUENCE
    return frame > earlier ? frame - earlier : frame - earlier + MAX_SEQUENCE
}
