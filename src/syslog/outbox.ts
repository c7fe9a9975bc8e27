import { ByteRing, RingCursor } from "../platform"

/** Largest sequenceId, after which it starts again at 1: RFC 5424, section 7.3.1. */
export const MAX_SEQUENCE = 2147483647
/** A gap that still grows is declared again after so many ms. */
export const DECLARE_MS = 1000
/** Why records are dropped unless something else is said. */
export const QUEUE_FULL = "the queue was full"

/**
 * What waits for the collector, in one ring with three cursors, as a TCP sender has them:
 * acknowledged <= sent <= end. Frames between the first two are in flight: they are sent again on
 * the next connection, unless they arrived; frames between the last two were not sent yet. What is
 * pushed out of the ring is in the gap, until a record that declares it has arrived.
 *
 * All frames are in octet counting, RFC 6587, section 3.4.1, whatever the framing on the wire; the
 * newest one has the newest sequenceId, the others precede it without holes.
 */
export interface Outbox {
    // what each record takes comes first, as the VM looks fields up in turn: what the head and
    // the tail below were made for; undefined topic: for none
    time: number
    topic: string
    level: number
    mark: string
    wall: number
    /** sequenceId of the newest record. */
    sequence: number
    /** The sequenceId from which on it has another digit; 1 more than the largest at last. */
    decade: number
    /** Bytes of a message without its text. */
    base: number
    /** Most bytes of a message. */
    maxBytes: number
    /** The message before its sequenceId, and between that and its text. */
    head: string
    tail: string
    readonly ring: ByteRing
    /** HOSTNAME to MSGID of the topic and mark above. */
    sender: string
    /** Records of all the numbers that were used up. */
    earlier: number
    /** Number of the oldest frame in the ring, as `settle` saw it last. */
    acked: number
    /** Before the next frame to send. */
    readonly sent: RingCursor
    /** What `sent` was at `markAt` (uptime, ms). */
    readonly marked: RingCursor
    markAt: number
    /** Frames before this one were sent on an earlier connection. */
    sentBefore: number
    /** Whether the connection has held: frames in flight that are pushed out have arrived. */
    hasHeld: boolean
    /**
     * Frames in flight that were pushed out before that was known, and the number behind them: they have
     * arrived if the connection holds, or the collector acknowledges them, and else are dropped.
     */
    pending: number
    pendingTo: number
    /** Records dropped since start. */
    dropped: number
    /** Records sent once more after a break. */
    resent: number
    /** Records of our own that declared a gap and arrived. */
    declared: number
    /** Records dropped and not known to be declared, between two numbers of frames. */
    gap: number
    gapFrom: number
    gapTo: number
    /** Uptime when they were declared last, ms. */
    declaredAt: number
    /** Why the last of them were dropped. */
    reason: string
    /** Whether a record about the gap is in flight, and whether it was when the mark was set. */
    isDeclared: boolean
    isDeclaredAtMark: boolean
}

/** An empty one, with the memory for all that will ever be in it. */
export function newOutbox(queueBytes: number): Outbox {
    return {
        time: -1,
        topic: undefined,
        level: -1,
        mark: undefined,
        wall: undefined,
        sequence: 0,
        decade: 10,
        base: 0,
        maxBytes: 0,
        head: "",
        tail: "",
        ring: new ByteRing(queueBytes),
        sender: "",
        earlier: 0,
        acked: 0,
        sent: { frame: 0, at: 0 },
        marked: { frame: 0, at: 0 },
        markAt: 0,
        sentBefore: 0,
        hasHeld: false,
        pending: 0,
        pendingTo: 0,
        dropped: 0,
        resent: 0,
        declared: 0,
        gap: 0,
        gapFrom: 0,
        gapTo: 0,
        declaredAt: -DECLARE_MS,
        reason: "",
        isDeclared: false,
        isDeclaredAtMark: false,
    }
}

/** Takes the sequenceId that is a digit longer than the one before, or the first one again. */
export function nextDecade(out: Outbox): number {
    if (out.decade <= MAX_SEQUENCE) {
        const first = out.decade
        out.decade = Math.min(first * 10, MAX_SEQUENCE + 1)
        out.base++
        return first
    }
    out.base += 1 - ("" + MAX_SEQUENCE).length
    out.earlier += MAX_SEQUENCE
    out.decade = 10
    return 1
}

/**
 * Takes into account what the ring pushed out since the last call, and makes the cursors good.
 * To be called before they are used.
 */
export function settle(out: Outbox): void {
    const { ring, sent, acked } = out
    const { first } = ring
    if (first > acked) {
        const to = Math.max(acked, Math.min(first, sent.frame))
        if (to > acked && !out.hasHeld) {
            out.pending += to - acked
            out.pendingTo = to
        }
        if (first > to) addGap(out, to, first, first - to, QUEUE_FULL)
        out.acked = first
    }
    ring.settle(sent)
}

/** Frames in flight; the outbox is settled. */
export function inFlight({ acked, sent, pending }: Outbox): number {
    return sent.frame - acked + pending
}

/** Records that wait or are in flight; the outbox is settled. */
export function queuedCount({ ring, acked, pending }: Outbox): number {
    return ring.next - acked + pending
}

/** Whether there is a gap to declare now. */
export function isGapDue(out: Outbox, now: number): boolean {
    return out.gap > 0 && !out.isDeclared && now - out.declaredAt >= DECLARE_MS
}

/** Bytes that wait to be sent; the outbox is settled. */
export function waitingBytes({ ring, sent }: Outbox): number {
    return ring.bytesAfter(sent)
}

/** All before a cursor has arrived. */
export function arrive(out: Outbox, cursor: RingCursor): void {
    const { ring } = out
    if (out.pending > 0)
        out.pending = Math.max(
            0,
            Math.min(out.pending, out.pendingTo - cursor.frame)
        )
    ring.settle(cursor)
    ring.release(cursor)
    out.acked = ring.first
}

/** The connection has held: what was pushed out while in flight has arrived. */
export function markHeld(out: Outbox): void {
    out.hasHeld = true
    out.pending = 0
}

/**
 * What was sent before the mark counts as arrived; what is sent by now does the next time.
 * @param now uptime in ms
 */
export function passMark(out: Outbox, now: number): void {
    arrive(out, out.marked)
    if (out.isDeclaredAtMark) clearGap(out)
    setMark(out, now)
}

/** Remembers what is sent by now. */
export function setMark(out: Outbox, now: number): void {
    const { marked, sent } = out
    marked.frame = sent.frame
    marked.at = sent.at
    out.markAt = now
    out.isDeclaredAtMark = out.isDeclared
}

/** A record that declared the gap has arrived. */
export function clearGap(out: Outbox): void {
    out.gap = 0
    out.isDeclared = out.isDeclaredAtMark = false
    out.declared++
}

/** The connection is over: what did not arrive is to be sent again, a declaration as well. */
export function rewind(out: Outbox): void {
    const { ring, sent } = out
    settle(out)
    out.sentBefore = Math.max(out.sentBefore, sent.frame)
    ring.rewind(sent)
    const { pending, pendingTo } = out
    if (pending > 0)
        addGap(out, pendingTo - pending, pendingTo, pending, QUEUE_FULL)
    out.pending = 0
    out.hasHeld = out.isDeclared = false
    out.declaredAt = -DECLARE_MS
    setMark(out, out.markAt)
}

/** Drops the oldest frames in flight, up to `most`: the collector will not have them. */
export function giveUp(out: Outbox, most: number, reason: string): void {
    const { ring, marked, acked, sent } = out
    const end = Math.min(sent.frame, acked + most)
    if (end === acked) return
    ring.rewind(marked)
    while (marked.frame < end) {
        ring.advance(marked, MAX_SEQUENCE, end - marked.frame)
        ring.settle(marked)
    }
    addGap(out, acked, end, end - acked, reason)
    arrive(out, marked)
}

/** The sequenceId of a frame, which may be gone. */
export function sequenceOf({ ring, sequence }: Outbox, frame: number): number {
    // MAX_SEQUENCE is before 1
    const earlier = sequence - (ring.next - 1 - frame)
    return earlier < 1 ? earlier + MAX_SEQUENCE : earlier
}

/** Adds `count` of the frames from number `from` to before `to` to the gap. */
function addGap(
    out: Outbox,
    from: number,
    to: number,
    count: number,
    reason: string
): void {
    if (out.gap === 0 || from < out.gapFrom) out.gapFrom = from
    if (out.gap === 0 || to > out.gapTo) out.gapTo = to
    out.gap += count
    out.dropped += count
    out.reason = reason
    out.isDeclared = out.isDeclaredAtMark = false
}
