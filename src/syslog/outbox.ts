import { nativeFormat } from "../log"
import { frameBytesAt, MAX_PREFIX } from "./framing"
import { fitText, FRAME, MAX_SEQUENCE, renderHeader } from "./message"
import { SyslogOptions } from "./options"

/** Time after which a gap that still grows is declared again, in ms. */
export const DECLARE_MS = 1000
/** Why records are dropped unless another reason is given. */
export const QUEUE_FULL = "the queue was full"

/** What is made free besides in a full ring, bytes: to find room takes as long as to drop a frame. */
const SPARE = 256
/** Farther than any place in the ring. */
const NOWHERE = 1000000000
/** The state at the start; a text takes neither code nor heap. What is not in it is undefined. */
const EMPTY = `{
    "next":1, "decade":10, "earlier":0, "base":0, "maxBytes":0, "end":0, "limit":0,
    "watched":${NOWHERE}, "room":0, "first":1, "start":0, "acked":1, "sent":1, "sentEnd":0,
    "marked":1, "markedEnd":0, "markAt":0, "dropped":0, "resent":0,
    "declared":0, "gap":0, "gapFrom":0, "gapTo":0, "declaredAt":-${DECLARE_MS}
}`

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
    mark?: string
    /** Without control characters: `escapeControls`. */
    message: string
    meta?: Record<string, any>
}

/**
 * The queue for the collector, in one ring with three cursors, as a TCP sender has them:
 * acknowledged <= sent <= end. Frames between the first two are in flight: they are sent again on
 * the next connection, unless they arrived; frames between the last two were not sent yet. What is
 * pushed out of the ring before it arrived is in the gap, until a record that declares it has.
 *
 * A frame is a message in octet counting, whatever the framing on the wire, so each one tells its
 * size. Frames are numbered from 1 on; up to the first wrap that is their sequenceId. Places are
 * counted from the start of the buffer; those of the lap before the one of the end are negative.
 *
 * Functions work on it, as each method takes heap; only what runs for each record is a method.
 *
 * @devsWhenUsed
 */
export class Outbox {
    /** What the head and the middle below were made for; undefined time: for nothing. */
    time: number
    topic: string
    level: number
    mark: string
    /** Number of the next frame. */
    next: number
    /** The number from which on a sequenceId has another digit, or starts again at 1. */
    decade: number
    /** Frames of all sequenceIds that were used up. */
    earlier: number
    /** Bytes of a message without its text, and most bytes of it with one. */
    base: number
    maxBytes: number
    /** The message before its sequenceId, and between that and its text. */
    head: string
    middle: string
    /** Where the next frame goes; beyond the limit something is to be done first. */
    end: number
    limit: number
    bytes: Buffer
    /** What is called before a frame goes beyond a place that is watched. */
    watched: number
    onWatched: () => void
    /** Bytes of the ring; a few behind keep the length of a frame in one piece. */
    room: number
    options: SyslogOptions
    /** HOSTNAME to MSGID of the topic and mark above. */
    sender: string
    /** The oldest frame in the ring. */
    first: number
    start: number
    /** The first frame that has not arrived; it is before `first` when that is not known. */
    acked: number
    /** The next frame to send. */
    sent: number
    sentEnd: number
    /** What `sent` was at `markAt` (ms for which the connection had held). */
    marked: number
    markedEnd: number
    markAt: number
    /** Whether the connection has held: it takes what is sent on it. */
    hasHeld: boolean
    /** Records dropped since start. */
    dropped: number
    /** Records that were sent when the connection broke, and so are sent once more. */
    resent: number
    /** Records of our own that declared a gap and arrived. */
    declared: number
    /** Records dropped and not known to be declared, between two numbers. */
    gap: number
    gapFrom: number
    gapTo: number
    /** Why the last of them were dropped. */
    reason: string
    /** Whether a record that declares the whole gap is in flight, and when the last one was sent. */
    isDeclared: boolean
    declaredAt: number

    constructor() {
        Object.assign(this, JSON.parse(EMPTY))
    }

    /**
     * Takes one event. Never waits, never throws; the oldest is dropped when too many wait.
     *
     * @param event its message holds no control characters (`escapeControls`), as the records of
     * a log; events of the same time have the same `wall`
     */
    push(event: SyslogEvent): void {
        const number = this.next
        if (number >= this.decade) startDecade(this)
        if (
            event.time !== this.time ||
            event.topic !== this.topic ||
            event.level !== this.level ||
            event.mark !== this.mark ||
            event.meta
        )
            if (!renderHeader(this, event, number - this.earlier)) return
        let text = event.message
        let size = this.base + text.byteLength
        // the other way round what is no text would pass
        if (!(size <= this.maxBytes)) {
            text = fitText(this, text)
            size = this.base + text.byteLength
        }
        const frame = nativeFormat(
            FRAME,
            size,
            this.head,
            number - this.earlier,
            this.middle,
            text
        )
        size = frame.byteLength
        const at = this.end
        let end = at + size
        if (end > this.limit) end = makeRoom(this, frame, end)
        // the buffer's end cuts off what lies at its start by now
        this.bytes.blitAt(at, frame, 0, size)
        this.end = end
        this.next = number + 1
    }
}

/** Has options hold for the records to come. The memory for all of them is allocated once. */
export function applyOptions(out: Outbox, options: SyslogOptions): void {
    const { queueBytes, maxBytes, host } = options
    if (host && !out.bytes) {
        out.bytes = Buffer.alloc(queueBytes)
        out.room = queueBytes - MAX_PREFIX
    }
    out.options = options
    // with its frame it must find room in the ring
    out.maxBytes = Math.min(maxBytes, out.room - SPARE - MAX_PREFIX)
    // the header is made again
    out.time = out.topic = undefined
}

/** The next sequenceId has one more digit than the one before, or is the first one again. */
function startDecade(out: Outbox): void {
    const first = out.next - out.earlier
    if (first <= MAX_SEQUENCE) {
        out.base++
        out.decade = Math.min(first * 10, MAX_SEQUENCE + 1) + out.earlier
    } else {
        out.base -= ("" + MAX_SEQUENCE).length - 1
        out.earlier += MAX_SEQUENCE
        out.decade = out.earlier + 10
    }
}

/**
 * Finds room for a frame that would end at `end`: the oldest ones go, and what does not fit
 * before the buffer's end goes to its start.
 * @returns where it ends
 */
function makeRoom(out: Outbox, frame: string, end: number): number {
    if (end > out.watched) {
        out.watched = NOWHERE
        out.onWatched()
    }
    const { room, bytes } = out
    let { first, start } = out
    if (end - start > room) {
        for (; end - start > room - SPARE; ++first)
            start += frameBytesAt(bytes, start < 0 ? start + room : start)
        out.first = first
        out.start = start
    }
    if (end > room) {
        bytes.blitAt(0, frame, room - out.end, room)
        end -= room
        out.start -= room
        out.sentEnd -= room
        out.markedEnd -= room
        out.watched -= room
    }
    out.limit = Math.min(Math.min(room, out.start + room), out.watched)
    return end
}

/** Calls `onWatched` once, before a frame is added that ends more than `bytes` from now. */
export function watch(out: Outbox, bytes: number): void {
    out.watched = out.end + bytes
    out.limit = Math.min(out.limit, out.watched)
}

function dropOldest(out: Outbox): void {
    out.start += frameBytes(out, out.start)
    out.first++
}

/** Bytes of the frame at a place, length included. */
export function frameBytes({ bytes, room }: Outbox, at: number): number {
    return frameBytesAt(bytes, at < 0 ? at + room : at)
}

/** A copy of what is at a place. */
export function copyBytes(
    { bytes, room }: Outbox,
    at: number,
    size: number
): Buffer {
    if (at < 0) at += room
    const data = Buffer.alloc(size)
    data.blitAt(0, bytes, at, size)
    const before = room - at
    if (before < size) data.blitAt(before, bytes, 0, size)
    return data
}

/**
 * Takes into account what the ring has pushed out, and makes the cursors good. To be called
 * before they are used.
 */
export function settle(out: Outbox): void {
    const { first, sent } = out
    if (first <= sent) return
    // What was in flight is long gone as well: in the range that is declared, and in the count of it
    // unless the connection is good.
    addGap(out, first, QUEUE_FULL, out.hasHeld ? sent : out.acked)
    out.sent = first
    out.sentEnd = out.start
}

/** Frames in flight; the outbox is settled. */
export function inFlight({ acked, sent }: Outbox): number {
    return sent - acked
}

/** Bytes that wait to be sent; the outbox is settled. */
export function waitingBytes({ end, sentEnd }: Outbox): number {
    return end - sentEnd
}

/** Whether there is a gap to declare, on a connection that has held for `heldMs`. */
export function isGapDue(out: Outbox, heldMs: number): boolean {
    const { gap, isDeclared, declaredAt } = out
    return gap > 0 && !isDeclared && heldMs - declaredAt >= DECLARE_MS
}

/** All frames before number `frame` have arrived. */
export function arrive(out: Outbox, frame: number): void {
    while (out.first < frame) dropOldest(out)
    out.acked = Math.max(out.acked, frame)
}

/** What was sent before the mark has arrived; what is sent by now is before the next one. */
export function passMark(out: Outbox, heldMs: number): void {
    if (out.marked > out.first) {
        out.first = out.marked
        out.start = out.markedEnd
    }
    arrive(out, out.marked)
    setMark(out, heldMs)
}

/** Remembers what is sent by now. */
export function setMark(out: Outbox, heldMs: number): void {
    out.marked = out.sent
    out.markedEnd = out.sentEnd
    out.markAt = heldMs
}

/** A record that declared the gap has arrived. */
export function clearGap(out: Outbox): void {
    out.gap = 0
    out.isDeclared = false
    out.declared++
}

/** The connection is over: what did not arrive is to be sent again, a declaration as well. */
export function rewind(out: Outbox): void {
    settle(out)
    const { first, start, sent } = out
    if (out.acked < first) addGap(out, first, QUEUE_FULL)
    out.resent += sent - first
    out.sent = first
    out.sentEnd = start
    out.hasHeld = out.isDeclared = false
    out.declaredAt = -DECLARE_MS
    setMark(out, out.markAt)
}

/** The collector will not have what is in flight before number `end`: adds it to the gap. */
export function giveUp(out: Outbox, end: number, reason: string): void {
    if (end === out.acked) return
    addGap(out, end, reason)
    arrive(out, end)
}

/**
 * Adds the frames that have not arrived before number `to` to the gap. Those from `lost` on, all
 * unless given, count as dropped.
 */
function addGap(
    out: Outbox,
    to: number,
    reason: string,
    lost = out.acked
): void {
    if (out.gap === 0) out.gapFrom = out.acked
    out.gapTo = to
    out.gap += to - lost
    out.dropped += to - lost
    out.acked = to
    out.reason = reason
    out.isDeclared = false
}
