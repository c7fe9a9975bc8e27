import { nativeFormat } from "../log"
import { ALL_BYTES, beginLap, ByteRing } from "../platform"
import { frameBytesAt, MAX_PREFIX } from "./framing"
import {
    fitText,
    FRAME,
    MAX_SEQUENCE,
    MessageState,
    renderHeader,
    SyslogEvent,
} from "./message"
import { SyslogOptions } from "./options"

/** Time after which a gap that still grows is declared again, in ms. */
export const DECLARE_MS = 1000
/** Why records were dropped when no other reason is given. */
export const QUEUE_FULL = "the queue was full"

/** Bytes freed in a full ring beyond what a frame needs: a search for room costs as much as a drop. */
const SPARE = 256
/** Beyond every place in the ring: nothing is watched. */
const NOWHERE = ALL_BYTES
/** Digits of MAX_SEQUENCE less the one of the sequenceId that follows it. */
const MORE_DIGITS = 9
/** Least bytes of a frame: `51 <0>1 - - - - - [meta sequenceId="1" sysUpTime="0"] `, or more. */
const LEAST_FRAME = 50

/**
 * The queue for the collector, in one ring with three cursors, as in a TCP sender:
 * acknowledged <= sent <= end. Frames between the first two are in flight: they are sent again on
 * the next connection unless they have arrived. Frames between the last two were not sent yet.
 * Frames that the ring drops before they have arrived are in the gap, until a record that declares
 * the gap has arrived.
 *
 * A frame is a message in octet counting, whatever the framing on the wire, so each frame holds its
 * size. Frames are numbered from 1; up to the first wrap the number is the sequenceId. Places are
 * counted in bytes from the start of the buffer; places of the lap before that of `end` are negative.
 */
export interface Outbox extends MessageState, ByteRing {
    /** SequenceId of the next frame. */
    sequence: number
    /** The sequenceId that has one more digit than those before, or is 1 again. */
    decade: number
    /** A frame that ends beyond this place does not fit, or is the last one before the decade. */
    full: number
    /** A place, and what is called once before a frame is added that ends beyond it. */
    watched: number
    onWatched: (out: Outbox) => void
    /** The oldest frame in the ring. */
    first: number
    /** The first frame not known to have arrived; before `first` when the ring dropped it in flight. */
    acked: number
    /** The next frame to send. */
    sent: number
    sentEnd: number
    /** What `sent` and `sentEnd` were when the connection had held for `markAt` ms. */
    marked: number
    markedEnd: number
    markAt: number
    /** For how long the connection was seen to hold, ms. */
    heldMs: number
    /** Whether that is long enough to count as good. */
    hasHeld: boolean
    /** Records dropped since boot. */
    dropped: number
    /** Records that were in flight when a connection ended, and so are sent once more. */
    resent: number
    /** Records of our own that declared a gap and arrived. */
    declared: number
    /** Whether a declaration of the whole gap is in flight. */
    isDeclared: boolean
    /** For how long the connection had held when the last declaration was sent, ms. */
    declaredAt: number
}

/**
 * An outbox without a ring. Time is null while `head` and `middle` hold for no event. The VM looks
 * through the fields in their order, so those of `push` come first.
 */
export function newOutbox(): Outbox {
    return {
        time: null,
        level: 0,
        topic: null,
        mark: null,
        base: 0,
        maxBytes: 0,
        sequence: 1,
        head: "",
        middle: "",
        end: 0,
        limit: 0,
        buffer: null,
        decade: 10,
        earlier: 0,
        full: 0,
        watched: NOWHERE,
        room: 0,
        first: 1,
        start: 0,
        acked: 1,
        sent: 1,
        sentEnd: 0,
        marked: 1,
        markedEnd: 0,
        dropped: 0,
        resent: 0,
        declared: 0,
        gap: 0,
    } as Outbox
}

/**
 * Takes one event. Never waits, never throws; a full ring drops its oldest records.
 *
 * @param event its message holds no control characters (`escapeControls`), as in the records of
 * the log; events of the same time must have the same `wall`
 */
export function push(out: Outbox, event: SyslogEvent): void {
    if (
        event.time !== out.time ||
        event.level !== out.level ||
        event.topic !== out.topic ||
        event.mark !== out.mark ||
        event.meta
    )
        if (!renderHeader(out, event, out.sequence)) return
    let text = event.message
    let size = out.base + text.byteLength
    // not `size > maxBytes`: what is no text has no length, and NaN must not pass
    if (!(size <= out.maxBytes)) {
        text = fitText(out, text)
        size = out.base + text.byteLength
    }
    const frame = nativeFormat(
        FRAME,
        size,
        out.head,
        out.sequence,
        out.middle,
        text
    )
    let end = out.end + frame.byteLength
    if (end > out.limit) end = passLimit(out, frame, end)
    // all of the frame but for the part that is at the ring's start already
    out.buffer.blitAt(out.end, frame, 0, ALL_BYTES)
    out.end = end
    out.sequence++
}

/** Applies options to later records. The ring is allocated once, when a host is set first. */
export function applyOptions(out: Outbox, options: SyslogOptions): void {
    const { queueBytes } = options
    if (options.host && !out.buffer) {
        // a few more than a lap, so that the length of a frame is in one piece
        out.buffer = Buffer.alloc(queueBytes)
        out.room = queueBytes - MAX_PREFIX
    }
    out.options = options
    // a whole frame must fit into the ring, with what is freed besides
    out.maxBytes = Math.min(options.maxBytes, out.room - SPARE - MAX_PREFIX)
    // the next event needs a new header
    out.time = out.topic = null
}

/** Number of the next frame. */
export function nextFrame({ earlier, sequence }: Outbox): number {
    return earlier + sequence
}

/**
 * Makes room for a frame that would end at `end`, beyond the limit.
 * @returns where the frame ends
 */
function passLimit(out: Outbox, frame: string, end: number): number {
    if (end > out.watched) {
        out.watched = NOWHERE
        out.onWatched(out)
    }
    if (end > out.full) end = wrap(out, frame, end)
    out.limit = Math.min(out.full, out.watched)
    return end
}

/** Frees frames, begins a lap, or begins a decade of sequenceIds. @returns as `passLimit` */
function wrap(out: Outbox, frame: string, end: number): number {
    const { room } = out
    if (end - out.start > room)
        while (end - out.start > room - SPARE) dropOldest(out)
    if (end > room) {
        end = beginLap(out, frame, out.end, end)
        out.start -= room
        out.sentEnd -= room
        out.markedEnd -= room
        out.watched -= room
    }
    if (out.sequence + 1 >= out.decade) startDecade(out)
    // so that the last frame before the next decade comes here, too
    const near = end + (out.decade - out.sequence - 2) * LEAST_FRAME
    out.full = Math.min(Math.min(room, out.start + room), near)
    return end
}

/** Called before a frame whose successor has one more digit in its sequenceId, or 1 again. */
function startDecade(out: Outbox): void {
    const { decade } = out
    if (decade <= MAX_SEQUENCE) {
        out.base++
        out.decade = Math.min(decade * 10, MAX_SEQUENCE + 1)
    } else {
        out.base -= MORE_DIGITS
        out.earlier += MAX_SEQUENCE
        out.sequence = 0
        out.decade = 10
    }
}

/** Has `onWatched` called once, before a frame is added that ends more than `bytes` after `end`. */
export function watch(out: Outbox, bytes: number): void {
    out.watched = out.end + bytes
    out.limit = Math.min(out.limit, out.watched)
}

function dropOldest(out: Outbox): void {
    out.start += frameBytes(out, out.start)
    out.first++
}

/** Size of the frame at a place in bytes, length included. */
export function frameBytes({ buffer, room }: Outbox, at: number): number {
    return frameBytesAt(buffer, at < 0 ? at + room : at)
}

/**
 * Adds to the gap what the ring has dropped before it was sent, and moves the cursors past it. Call
 * it before they are used.
 */
export function settle(out: Outbox): void {
    const { first, sent } = out
    if (first <= sent) return
    // What was in flight is gone from the ring as well. It is in the range of the gap; it counts as
    // dropped unless the connection is good.
    addGap(out, first, QUEUE_FULL, out.hasHeld ? sent : out.acked)
    out.sent = first
    out.sentEnd = out.start
}

/** Frames in flight; the outbox is settled. */
export function inFlight({ acked, sent }: Outbox): number {
    return sent - acked
}

/** Bytes that were not sent yet; the outbox is settled. */
export function waitingBytes({ end, sentEnd }: Outbox): number {
    return end - sentEnd
}

/** Whether a gap has to be declared. */
export function isGapDue(out: Outbox): boolean {
    return (
        out.gap > 0 &&
        !out.isDeclared &&
        out.heldMs - out.declaredAt >= DECLARE_MS
    )
}

/** Notes that all frames before number `frame` have arrived. */
export function arrive(out: Outbox, frame: number): void {
    while (out.first < frame) dropOldest(out)
    out.acked = Math.max(out.acked, frame)
}

/** Notes that what was sent before the mark has arrived, and sets the mark again. */
export function passMark(out: Outbox): void {
    if (out.marked > out.first) {
        out.first = out.marked
        out.start = out.markedEnd
    }
    arrive(out, out.marked)
    setMark(out)
}

/** Sets the mark: remembers what has been sent so far. */
export function setMark(out: Outbox): void {
    out.marked = out.sent
    out.markedEnd = out.sentEnd
    out.markAt = out.heldMs
}

/** Notes that the declaration of the gap has arrived, if one is in flight. */
export function clearGap(out: Outbox): void {
    if (!out.isDeclared) return
    out.gap = 0
    out.isDeclared = false
    out.declared++
}

/**
 * After a connection, before it is forgotten: everything that has not arrived is sent again, the
 * declaration as well.
 */
export function rewind(out: Outbox): void {
    settle(out)
    const { first, start, sent } = out
    if (out.acked < first) addGap(out, first, QUEUE_FULL)
    out.resent += sent - first
    out.sent = first
    out.sentEnd = start
    setMark(out)
}

/** Gives up the frames in flight before number `end`, which the collector refuses: a gap. */
export function giveUp(out: Outbox, end: number, reason: string): void {
    if (end > out.acked) addGap(out, end, reason)
    arrive(out, end)
}

/**
 * Adds the frames before number `to` that have not arrived to the gap. Those from `lost` on count as
 * dropped, by default all of them.
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
