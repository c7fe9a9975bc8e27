import {
    copyBytes,
    DISCONNECTED,
    QUEUED,
    SocketListener,
    WriteResult,
} from "../platform"
import { SyslogClient, SyslogNet } from "./client"
import { reframe } from "./framing"
import { declaration, SyslogEvent } from "./message"
import { portOf } from "./options"
import {
    clearGap,
    DECLARE_MS,
    frameBytes,
    inFlight,
    isGapDue,
    newOutbox,
    nextFrame,
    passMark,
    push,
    setMark,
    settle,
    waitingBytes,
    watch,
} from "./outbox"
import {
    answersDue,
    MAX_FLYING,
    newRelp,
    OPEN,
    receiveRelp,
    sentCommands,
} from "./relp"

// What counts as delivered. RELP acknowledges. TCP and TLS do not: there a connection has to hold
// for ARRIVED_MS after a record was sent, or for PROBE_MS when the window is full. Until then the
// record may be sent again on the next connection; one that the ring could not keep is declared.
// Only time between two looks counts, and at most MAX_LOOK_MS of it: a fiber reports the end of
// a connection, and on a board that was held up it may run after this one.

/** How long the network may refuse every write before the connection counts as broken, ms. */
const STALL_MS = 10000
/** Pause after back-pressure before the same bytes are tried again, ms. */
const RETRY_MS = 10
/** How long a connection must hold until what was sent on it counts as arrived, ms. */
const ARRIVED_MS = 2000
/**
 * How long to wait for a close or a reset by the peer, ms:
 * - before the first batch and after it, when the peer closed the connection before in order;
 * - until records count as arrived, when the window is full or before we close.
 */
export const PROBE_MS = 300
/**
 * Longest piece in which a batch is written, in bytes. The VM sends whole buffers only, and a heap that
 * is less than a quarter free may have no room for a larger one.
 */
const PIECE_BYTES = 344
/** Most writes between two waits: the queue of an outage must not keep other tasks from running. */
const WRITES_A_SLICE = 16
/** Longest time between two looks at a new connection, records in flight or a gap, ms. */
const LOOK_MS = 50
/** Most ms that a connection is credited with for one look. */
const MAX_LOOK_MS = 100
/** Why a connection is over that the peer closed without an error. */
export const CLOSED = "closed by the collector"
/** Longest wait while nothing is due, ms. */
export const IDLE_MS = 3600000

/**
 * A client without its own fields of `SyslogClient`. It has all methods that it needs, and takes what
 * the socket reports.
 *
 * @devsWhenUsed
 */
export class Client implements SocketListener {
    constructor(net: SyslogNet) {
        Object.assign(this, newOutbox())
        Object.assign(this, net)
    }

    push(event: SyslogEvent): void {
        push(this as unknown as SyslogClient, event)
    }

    opened(): void {
        const client = this as unknown as SyslogClient
        const { relp } = client
        const now = client.clock.millis()
        client.openedAt = client.sentAt = client.lookedAt = now
        client.connects++
        // what is queued is due at once
        client.firstAt = 0
        if (relp) {
            relp.progressAt = now
            client.stream.write(OPEN)
        } else client.isUp = true
        client.wake.notify()
    }

    /** Only RELP has answers: RFC 6587 and RFC 5425 define none, so data of a receiver is ignored. */
    received(data: Buffer): void {
        const client = this as unknown as SyslogClient
        if (client.relp) receiveRelp(client, data)
    }

    closed(reason: string | undefined): void {
        const client = this as unknown as SyslogClient
        client.ended = reason || CLOSED
        client.wake.notify()
    }
}

/**
 * Starts to connect.
 * @throws an error of name SocketError when there is no network
 */
export function connect(client: SyslogClient): void {
    const { host, proto, framing, batchBytes } = client.options
    client.ended = ""
    client.sentAt = client.clock.millis()
    client.relp = proto === "relp" ? newRelp() : null
    client.isReframed = !!client.relp || framing === "lf"
    client.batchBytes = client.isReframed
        ? Math.min(batchBytes, PIECE_BYTES)
        : batchBytes
    client.stream = client.arbiter.socket.open(
        host,
        portOf(client.options),
        proto === "relp" ? "tcp" : proto,
        client
    )
}

/**
 * Called before a watched record is added: the first one after a pause wakes the fiber; one that
 * does not fit into the batch has the batch sent at once, unless the connection is blocked.
 */
export function attend(client: SyslogClient): void {
    if (!client.isUp) return
    const { batchBytes } = client
    const now = client.clock.millis()
    if (client.sentEnd === client.end) client.wake.notify()
    // otherwise the fiber sends it, which wakes by itself
    else if (!client.relp && client.blockedSince < 0 && client.tries === 0)
        sendBatch(client, batchBytes, now)
    client.firstAt = now
    client.watched = client.end + batchBytes
}

/**
 * Does what is due.
 * @returns ms until something may be due again
 */
export function turn(client: SyslogClient): number {
    const { relp, batchBytes } = client
    const { connectMs, batchMs } = client.options
    const now = client.clock.millis()
    if (client.openedAt < 0) {
        const left = client.sentAt + connectMs - now
        if (left <= 0) client.ended = `no answer within ${connectMs} ms`
        return left
    }
    client.heldMs += Math.min(now - client.lookedAt, MAX_LOOK_MS)
    client.lookedAt = now
    let due = now + IDLE_MS
    if (relp) due = answersDue(client, now)
    else takeArrived(client)
    settle(client)
    if (!client.isUp || client.ended) return due - now
    const batchAt = client.firstAt + batchMs
    const isDue = now >= batchAt || waitingBytes(client) >= batchBytes
    let pause = batchAt - now
    if (isDue || client.rest || isGapDue(client))
        pause = send(client, now) ? RETRY_MS : 1
    const waiting = waitingBytes(client)
    if (waiting > 0 || client.rest) due = Math.min(due, now + pause)
    if (client.gap > 0 || (!relp && (inFlight(client) > 0 || !client.hasHeld)))
        due = Math.min(due, now + LOOK_MS)
    // the first record wakes us, and a record that fills a batch is sent at once
    if (waiting < batchBytes)
        watch(client, waiting > 0 ? batchBytes - waiting : 0)
    return Math.max(1, due - now)
}

/** Disconnects. Never throws. */
export function disconnect(client: SyslogClient): void {
    const { stream, relp } = client
    if (relp && client.openedAt >= 0 && !client.ended)
        stream.write(`${relp.txnr + 1} close 0\n`)
    stream.close()
}

/** Makes the state that of a client without a connection. */
export function forget(client: SyslogClient): void {
    client.stream = client.rest = client.relp = null
    client.isUp = false
    client.blockedSince = client.openedAt = -1
    client.heldMs = client.markAt = 0
    // a gap may be declared at once
    client.hasHeld = client.isDeclared = false
    client.declaredAt = -DECLARE_MS
}

/** Over TCP and TLS, what was sent has arrived when no reset has come back in time. */
function takeArrived(client: SyslogClient): void {
    const { heldMs } = client
    // the rest of a batch is still to be sent
    if (client.rest) return
    if (heldMs >= ARRIVED_MS) {
        client.hasHeld = true
        client.tries = 0
    }
    // the window has two halves: what was sent before the mark, and what was sent after it
    const isFull =
        client.hasHeld &&
        (client.sentEnd - client.markedEnd) * 2 >= client.options.windowBytes
    if (heldMs - client.markAt >= (isFull ? PROBE_MS : ARRIVED_MS))
        passMark(client)
    if (heldMs - client.declaredAt >= ARRIVED_MS) clearGap(client)
}

/**
 * Writes what is queued, as far as the network and the transport take it, in at most
 * WRITES_A_SLICE writes.
 * @returns whether it was blocked
 */
function send(client: SyslogClient, now: number): boolean {
    while (client.rest) {
        if (write(client, client.rest[0], now)) return true
        client.rest.shift()
        if (!client.rest.length) client.rest = null
        noteTaken(client, now)
    }
    const { relp } = client
    for (let n = 0; n < WRITES_A_SLICE; ++n) {
        const room = roomFor(client, now)
        if (room <= 0) return true
        // only one declaration is in flight at a time, so that its answer can be told
        if (isGapDue(client) && !(relp && relp.gapTxnr > 0)) {
            if (!sendGap(client, now)) return true
        } else if (client.sentEnd === client.end) return false
        else if (!sendBatch(client, room, now)) return true
        noteTaken(client, now)
    }
    return false
}

function noteTaken(client: SyslogClient, now: number): void {
    client.sentAt = now
    client.blockedSince = -1
}

/** Bytes that may be sent now in one write, 0 for none; a single frame may be longer. */
function roomFor(client: SyslogClient, now: number): number {
    const { batchBytes, tries, relp } = client
    if (!relp) {
        if (tries > 0) {
            const { sentAt } = client
            if (now < sentAt + PROBE_MS) return 0
            // it has taken something, and did not close
            if (sentAt > client.openedAt) client.tries = 0
        }
        return batchBytes
    }
    const { windowBytes } = client.options
    const flying = relp.flying.length
    // one by one, so that it is known which record the server refuses
    if (tries > 0) return flying > 0 ? 0 : 1
    const room = Math.min(
        windowBytes - (client.sentEnd - client.start),
        batchBytes
    )
    if (flying === 0) return Math.max(1, room)
    // waits until there is room for half a batch
    return flying > MAX_FLYING || room * 2 < batchBytes ? 0 : room
}

/**
 * Sends as many frames as fit into one batch, one at least.
 * @returns false when it was blocked: nothing else may be sent before the rest of a batch
 */
function sendBatch(client: SyslogClient, room: number, now: number): boolean {
    let frame = nextFrame(client)
    let size = waitingBytes(client)
    // it is longer as well when the ring has dropped frames that were not sent
    if (size > room) {
        settle(client)
        const waiting = waitingBytes(client)
        frame = client.sent + 1
        size = frameBytes(client, client.sentEnd)
        while (size < waiting) {
            const more = frameBytes(client, client.sentEnd + size)
            if (size + more > room) break
            frame++
            size += more
        }
    }
    const { sent, sentEnd, isReframed } = client
    const end = sentEnd + size
    if (isReframed) {
        const piece = copyBytes(client, sentEnd, size)
        if (write(client, reframe(client, piece, frame - sent), now))
            return false
        if (client.relp) sentCommands(client, frame - sent)
    } else if (!sendPieces(client, sentEnd, end, now)) return false
    client.sent = frame
    client.sentEnd = end
    if (sent === client.acked) setMark(client)
    return !client.rest
}

/**
 * Sends what is between two places, in pieces. What is not taken after the first piece is kept
 * as `rest`.
 * @returns false when nothing was taken
 */
function sendPieces(
    client: SyslogClient,
    start: number,
    end: number,
    now: number
): boolean {
    const { stream, buffer, room } = client
    const isWhole = start >= 0 && end <= room
    let at = start
    let size = end - at
    while (size > 0) {
        if (size > PIECE_BYTES) size = PIECE_BYTES
        let piece: Buffer
        // log calls come here: without a call for each piece, as far as possible
        if (isWhole) {
            piece = Buffer.alloc(size)
            piece.blitAt(0, buffer, at, size)
        } else piece = copyBytes(client, at, size)
        const result = stream.write(piece)
        if (result !== QUEUED) {
            noteRefused(client, result, now)
            if (at === start) return false
            client.rest = [piece]
            client.blockedSince = now
            for (at += size; at < end; at += size) {
                size = Math.min(PIECE_BYTES, end - at)
                client.rest.push(copyBytes(client, at, size))
            }
            return true
        }
        at += size
        size = end - at
    }
    return true
}

/** Sends a record that declares what was dropped. */
function sendGap(client: SyslogClient, now: number): boolean {
    let frame = Buffer.from(declaration(client, client.clock))
    if (client.isReframed) frame = reframe(client, frame, 1)
    if (write(client, frame, now)) return false
    client.isDeclared = true
    client.declaredAt = client.heldMs
    const { relp } = client
    if (relp) {
        sentCommands(client, 1)
        relp.gapTxnr = relp.txnr
    }
    return true
}

/** Hands bytes to the network: all or none. @returns whether they were refused */
function write(client: SyslogClient, data: Buffer, now: number): boolean {
    const result = client.stream.write(data)
    if (result === QUEUED) return false
    noteRefused(client, result, now)
    return true
}

function noteRefused(
    client: SyslogClient,
    result: WriteResult,
    now: number
): void {
    if (result === DISCONNECTED) client.ended = "connection lost"
    else if (client.blockedSince < 0) client.blockedSince = now
    else if (now - client.blockedSince > STALL_MS)
        client.ended = `nothing taken for ${STALL_MS} ms`
}
