import { addBatch, Batches, countOf, newBatches, removeBatch } from "./batches"

/** Largest sequenceId, after which it starts again at 1: RFC 5424, section 7.3.1. */
export const MAX_SEQUENCE = 2147483647

/**
 * Framed records that wait to be sent, and what the one before was made of, as most share it.
 * The lines of the open batch are copied into one buffer, as a few long buffers take less of
 * the heap, and tear fewer holes into it, than hundreds of short texts. When all is full, the
 * oldest batch is dropped, counted, and remembered as one gap until that is declared to the
 * receiver.
 */
export interface Outbox {
    // what the head and the tail below were made for; undefined topic: for none
    time: number
    topic: string
    level: number
    mark: string
    wall: number
    /** sequenceId of the newest record; the others precede it without holes. */
    sequence: number
    /** The sequenceId from which on it has another digit; 1 more than the largest at last. */
    decade: number
    /** Bytes of a message without its text. */
    base: number
    /** Whether line feeds frame the messages, in place of their length. */
    lines: boolean
    /** Most bytes of a message. */
    maxBytes: number
    /** Of the frame. */
    template: string
    /** The message before its sequenceId, and between that and its text. */
    head: string
    tail: string
    /** Bytes of the open batch. */
    at: number
    /** Bytes that the open batch may reach; 0 while it is empty, so that its begin is seen. */
    room: number
    /** The open batch; undefined when nothing is under way. */
    buffer: Buffer
    /** HOSTNAME to MSGID of the topic and mark above. */
    sender: string
    /** The batches that are closed. */
    readonly sealed: Batches
    /** sequenceId of the newest record in them, 0 or less after the numbers started again. */
    sealedTo: number
    /** Records of all the numbers that were used up. */
    earlier: number
    /** Records dropped since start. */
    dropped: number
    /** Records dropped, right before the oldest that waits, and not declared yet. */
    gap: number
}

/**
 * An empty one. The VM looks fields up in turn, so what each record takes comes first.
 * @param queueBytes most bytes that are to wait
 */
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
        lines: false,
        maxBytes: 0,
        template: "",
        head: "",
        tail: "",
        at: 0,
        room: 0,
        buffer: undefined,
        sender: "",
        sealed: newBatches(queueBytes),
        sealedTo: 0,
        earlier: 0,
        dropped: 0,
        gap: 0,
    }
}

/** Bytes that wait. */
export function waitingBytes(out: Outbox): number {
    return out.sealed.bytes + out.at
}

/** Records that wait. */
export function waitingCount(out: Outbox): number {
    return countOf(out.sealed) + out.sequence - out.sealedTo
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
    out.sealedTo -= MAX_SEQUENCE
    out.decade = 10
    return 1
}

/**
 * Closes the open batch.
 * @param last sequenceId of its last record
 */
export function seal(out: Outbox, last = out.sequence): void {
    if (!(out.at > 0)) return
    addBatch(out.sealed, out.buffer.slice(0, out.at), last - out.sealedTo)
    out.sealedTo = last
    out.at = out.room = 0
}

/** Drops the oldest batches until no more than `limit` bytes are in closed ones. */
export function dropOldest(out: Outbox, limit: number): void {
    const { sealed } = out
    while (sealed.bytes > limit && sealed.data.length) {
        const count = removeBatch(sealed, 0)
        out.dropped += count
        out.gap += count
    }
}
