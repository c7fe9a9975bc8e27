import { QUEUED } from "../platform"
import { addBatch } from "./batches"
import { handOver, isReady } from "./channel"
import { SyslogClient } from "./client"
import { dropOldest, Outbox, seal } from "./outbox"

// What `push` leaves to others, once in some lines: how records become batches.

/** Bytes of the buffer that a batch begins with. */
const FIRST_BYTES = 256
/** Most bytes of a batch that has to wait, or of any in a fragmented heap. */
const PIECE_BYTES = 320
/** Bytes that wait from which on the heap counts as fragmented: free only in short pieces. */
const FRAGMENTING_BYTES = 4096

/** Adds a record that no longer fits into the open batch, or begins the first. */
export function addSlowly(
    client: SyslogClient,
    frame: string,
    size: number
): void {
    const { outbox: out, options, channel } = client
    const { queueBytes, batchBytes } = options
    const waiting = out.sealed.bytes
    if (waiting > FRAGMENTING_BYTES) client.isFragmented = true
    const isNext =
        channel && channel.isUp && !(waiting > 0) && !client.isFragmented
    const most = isNext ? batchBytes : Math.min(batchBytes, PIECE_BYTES)
    let limit = Math.min(most, queueBytes - waiting)
    if (out.at > 0 && out.at + size <= limit)
        return grow(out, frame, size, limit)
    const now = client.clock.millis()
    if (out.at > 0) passOn(client, out, now)
    if (out.sealed.bytes + size > queueBytes) dropOldest(out, queueBytes - size)
    if (out.sealed.bytes === 0) client.firstAt = now
    if (size > batchBytes) {
        addBatch(out.sealed, Buffer.from(frame), 1)
        out.sealedTo = out.sequence
    } else {
        limit = Math.min(most, queueBytes - out.sealed.bytes)
        startBatch(out, frame, size, limit)
    }
    if (client.isIdle) {
        client.isIdle = false
        client.wake.notify()
    }
}

/** Begins a batch. Few lines at a time need little room, and the heap is small. */
function startBatch(
    out: Outbox,
    frame: string,
    size: number,
    limit: number
): void {
    if (!out.buffer || out.buffer.length < size)
        out.buffer = Buffer.alloc(Math.max(size, FIRST_BYTES))
    out.buffer.blitAt(0, frame, 0, size)
    out.at = size
    out.room = Math.min(out.buffer.length, limit)
}

/** Adds a record to a batch whose buffer was a small one. */
function grow(out: Outbox, frame: string, size: number, limit: number): void {
    const { buffer, at } = out
    out.buffer = Buffer.alloc(limit)
    out.buffer.blitAt(0, buffer, 0, at)
    out.buffer.blitAt(at, frame, 0, size)
    out.at = at + size
    out.room = limit
}

/**
 * Closes the open batch, which ends before the newest record, and sends it at once where nothing
 * is in the way. Back-pressure, the end of the connection and RELP are the fiber's business.
 */
function passOn(client: SyslogClient, out: Outbox, now: number): void {
    const { channel } = client
    const last = out.sequence - 1
    const isNext = channel && out.sealed.bytes === 0 && !(out.gap > 0)
    if (!isNext || channel.relp || !isReady(channel)) {
        seal(out, last)
        if (isNext && channel.relp) client.wake.notify()
        return
    }
    const data = out.buffer.slice(0, out.at)
    const count = last - out.sealedTo
    if (handOver(channel, data, count, now) !== QUEUED)
        addBatch(out.sealed, data, count)
    out.sealedTo = last
    out.at = out.room = 0
}
