import { Connection, DISCONNECTED, QUEUED, SocketListener } from "../platform"
import type { SyslogClient } from "./client"
import { declaration } from "./message"
import { portOf } from "./options"
import {
    clearGap,
    copyBytes,
    frameBytes,
    inFlight,
    isGapDue,
    passMark,
    setMark,
    settle,
    waitingBytes,
    watch,
} from "./outbox"
import {
    answersDue,
    MAX_FLYING,
    newRelp,
    openRelp,
    receiveRelp,
    Relp,
    sentCommands,
} from "./relp"
import { reframe } from "./framing"

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
 * Longest batch that is written in one piece, in bytes; a longer one goes in two halves. The VM sends
 * whole buffers only, and a fragmented heap has no room for a large one.
 */
const PIECE_BYTES = 512
/** Most writes between two waits: the queue of an outage must not keep other tasks from running. */
const WRITES_A_SLICE = 16
/** Longest time between two looks at a new connection, records in flight or a gap, ms. */
const LOOK_MS = 50
/** Most ms that a connection is credited with for one look. */
const MAX_LOOK_MS = 100
/** Longest wait while nothing is due, ms. */
export const IDLE_MS = 3600000

/**
 * One connection to the collector.
 *
 * @devsWhenUsed
 */
export class SyslogConnection implements SocketListener {
    /** Whether the peer has shown that it takes records. */
    isUp: boolean
    /** Why the connection is over, or has to be given up; undefined while it is usable. */
    ended: string
    /** Whether the peer closed it without an error. */
    isClosed: boolean
    /** Uptime of the first write that was refused, ms; undefined after one that was taken. */
    blockedSince: number
    /** The second half of a batch whose first half was taken: it is sent before anything else. */
    rest: Buffer
    /** Uptime when it was opened, ms; undefined before. */
    openedAt: number
    /** Uptime when the connection was begun or opened, or last took a write, ms. */
    sentAt: number
    /** For how long it was seen to hold, ms, and uptime of the last look, ms. */
    heldMs = 0
    lookedAt: number
    readonly stream: Connection
    /** Whether frames are sent in another framing than octet counting, in which they are kept. */
    readonly isReframed: boolean
    /** Most bytes of one batch: at most PIECE_BYTES of reframed records, which are in one piece. */
    readonly batchBytes: number
    /** What RELP knows of this connection; undefined for the other transports. */
    readonly relp: Relp

    /**
     * Starts to connect.
     * @throws an error of name SocketError when there is no network
     */
    constructor(readonly client: SyslogClient) {
        const { outbox, clock, socket } = client
        const { options } = outbox
        const { host, proto, framing, batchBytes } = options
        this.sentAt = clock.millis()
        if (proto === "relp") this.relp = newRelp()
        this.isReframed = proto === "relp" || framing === "lf"
        this.batchBytes = this.isReframed
            ? Math.min(batchBytes, PIECE_BYTES)
            : batchBytes
        const secured = proto === "tls" ? "tls" : "tcp"
        this.stream = socket.open(host, portOf(options), secured, this)
    }

    opened(): void {
        const { client } = this
        const { clock, wake, outbox } = client
        const now = clock.millis()
        this.openedAt = this.sentAt = this.lookedAt = now
        outbox.markAt = 0
        client.connects++
        // what is queued is due at once
        client.firstAt = 0
        if (this.relp) openRelp(this)
        else this.isUp = true
        wake.notify()
    }

    /** Only RELP has answers: RFC 6587 and RFC 5425 define none, so data of a receiver is ignored. */
    received(data: Buffer): void {
        if (this.relp) receiveRelp(this, data)
    }

    closed(reason: string | undefined): void {
        this.isClosed = !reason
        this.ended = reason || "closed by the collector"
        this.client.wake.notify()
    }
}

/**
 * Called before a watched record is added: the first one after a pause wakes the fiber; one that
 * does not fit into the batch has the batch sent at once, unless the connection is blocked.
 */
export function attend(client: SyslogClient): void {
    const { connection, outbox: out } = client
    if (!connection || !connection.isUp) return
    if (out.first > out.sent) settle(out)
    const now = client.clock.millis()
    const { batchBytes } = connection
    if (out.sent === out.next) client.wake.notify()
    // otherwise the fiber sends it, which wakes by itself
    else if (
        !connection.relp &&
        connection.blockedSince === undefined &&
        client.tries === 0
    )
        sendBatch(connection, batchBytes, now)
    client.firstAt = now
    out.watched = out.end + batchBytes
}

/**
 * Does what is due.
 * @returns ms until something may be due again
 */
export function turn(connection: SyslogConnection): number {
    const { client, relp, openedAt, sentAt, batchBytes } = connection
    const { clock, outbox: out } = client
    const { connectMs, batchMs } = out.options
    const now = clock.millis()
    if (openedAt === undefined) {
        if (now - sentAt >= connectMs)
            connection.ended = `no answer within ${connectMs} ms`
        return sentAt + connectMs - now
    }
    connection.heldMs += Math.min(now - connection.lookedAt, MAX_LOOK_MS)
    connection.lookedAt = now
    let due = now + IDLE_MS
    if (relp) due = answersDue(connection, now)
    else takeArrived(connection)
    settle(out)
    if (!connection.isUp || connection.ended) return due - now
    const batchAt = client.firstAt + batchMs
    const isDue = now >= batchAt || waitingBytes(out) >= batchBytes
    let pause = batchAt - now
    if (isDue || connection.rest || isGapDue(out, connection.heldMs))
        pause = send(connection, now) ? RETRY_MS : 1
    const waiting = waitingBytes(out)
    if (waiting > 0 || connection.rest) due = Math.min(due, now + pause)
    if (out.gap > 0 || (!relp && (inFlight(out) > 0 || !out.hasHeld)))
        due = Math.min(due, now + LOOK_MS)
    // the first record wakes us, and a record that fills a batch is sent at once
    if (waiting < batchBytes) watch(out, waiting > 0 ? batchBytes - waiting : 0)
    return Math.max(1, due - now)
}

/** Disconnects. Never throws. */
export function closeConnection(connection: SyslogConnection): void {
    const { relp, stream, openedAt, ended } = connection
    if (relp && openedAt !== undefined && !ended)
        stream.write(`${relp.txnr + 1} close 0\n`)
    stream.close()
}

/** Over TCP and TLS, what was sent has arrived when no reset has come back in time. */
function takeArrived(connection: SyslogConnection): void {
    const { client, heldMs } = connection
    const { outbox: out } = client
    // the second half of a batch is still to be sent
    if (connection.rest) return
    if (heldMs >= ARRIVED_MS) {
        out.hasHeld = true
        client.tries = 0
    }
    // the window has two halves: what was sent before the mark, and what was sent after it
    const isFull =
        out.hasHeld &&
        (out.sentEnd - out.markedEnd) * 2 >= out.options.windowBytes
    if (heldMs - out.markAt >= (isFull ? PROBE_MS : ARRIVED_MS))
        passMark(out, heldMs)
    if (out.isDeclared && heldMs - out.declaredAt >= ARRIVED_MS) clearGap(out)
}

/**
 * Writes what is queued, as far as the network and the transport take it, in at most
 * WRITES_A_SLICE writes.
 * @returns whether it was blocked
 */
function send(connection: SyslogConnection, now: number): boolean {
    const { client, relp } = connection
    const { outbox: out } = client
    if (connection.rest) {
        if (!write(connection, connection.rest, now)) return true
        connection.rest = undefined
    }
    for (let n = 0; n < WRITES_A_SLICE; ++n) {
        const room = roomFor(connection, now)
        if (room <= 0) return true
        // only one declaration is in flight at a time, so that its answer can be told
        const isFree = !relp || relp.gapTxnr === 0
        if (isFree && isGapDue(out, connection.heldMs)) {
            if (!sendGap(connection, now)) return true
        } else if (out.sent === out.next) return false
        else if (!sendBatch(connection, room, now)) return true
    }
    return false
}

/** Bytes that may be sent now in one write, 0 for none; a single frame may be longer. */
function roomFor(connection: SyslogConnection, now: number): number {
    const { client, relp } = connection
    const { outbox: out } = client
    const { windowBytes } = out.options
    const { batchBytes } = connection
    if (!relp) {
        if (client.tries > 0) {
            const { sentAt, openedAt } = connection
            if (now < sentAt + PROBE_MS) return 0
            // it has taken something, and did not close
            if (sentAt > openedAt) client.tries = 0
        }
        return batchBytes
    }
    const flying = relp.flying.length
    // one by one, so that it is known which record the server refuses
    if (client.tries > 0) return flying > 0 ? 0 : 1
    if (flying === 0) return Math.max(1, Math.min(windowBytes, batchBytes))
    const room = windowBytes - (out.sentEnd - out.start)
    // waits until there is room for half a batch
    return flying > MAX_FLYING || room * 2 < batchBytes
        ? 0
        : Math.min(room, batchBytes)
}

/** Sends as many frames as fit into one write, one at least. */
function sendBatch(
    connection: SyslogConnection,
    room: number,
    now: number
): boolean {
    const { outbox: out } = connection.client
    const { sent, sentEnd, next } = out
    let frame = next
    let size = waitingBytes(out)
    if (size > room) {
        frame = sent + 1
        size = frameBytes(out, sentEnd)
        while (frame < next) {
            const more = frameBytes(out, sentEnd + size)
            if (size + more > room) break
            frame++
            size += more
        }
    }
    const { isReframed, relp } = connection
    const first = size > PIECE_BYTES && !isReframed ? size >> 1 : size
    let piece = copyBytes(out, sentEnd, first)
    if (isReframed)
        piece = reframe(piece, frame - sent, relp ? relp.txnr : undefined)
    if (!write(connection, piece, now)) return false
    if (relp) sentCommands(connection, frame - sent)
    if (first < size) {
        piece = copyBytes(out, sentEnd + first, size - first)
        if (!write(connection, piece, now)) connection.rest = piece
    }
    out.sent = frame
    out.sentEnd = sentEnd + size
    if (sent === out.acked) setMark(out, connection.heldMs)
    return true
}

/** Sends a record that declares what was dropped. */
function sendGap(connection: SyslogConnection, now: number): boolean {
    const { client, relp } = connection
    const { outbox: out } = client
    let frame = Buffer.from(declaration(out, client.clock))
    if (connection.isReframed)
        frame = reframe(frame, 1, relp ? relp.txnr : undefined)
    if (!write(connection, frame, now)) return false
    out.isDeclared = true
    out.declaredAt = connection.heldMs
    if (relp) {
        sentCommands(connection, 1)
        relp.gapTxnr = relp.txnr
    }
    return true
}

/** Hands all bytes to the network or none. @returns whether it took them */
function write(
    connection: SyslogConnection,
    data: Buffer,
    now: number
): boolean {
    const result = connection.stream.write(data)
    if (result === QUEUED) {
        connection.blockedSince = undefined
        connection.sentAt = now
        return true
    }
    if (result === DISCONNECTED) connection.ended = "connection lost"
    else if (connection.blockedSince === undefined)
        connection.blockedSince = now
    else if (now - connection.blockedSince > STALL_MS)
        connection.ended = `nothing taken for ${STALL_MS} ms`
    return false
}
