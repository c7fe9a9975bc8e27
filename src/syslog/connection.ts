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
// for ARRIVED_MS after a record was sent, or for PROBE_MS when the window is full. Until then all that
// the ring can keep is sent again on the next one, and what it could not keep is declared. Time counts
// only as far as we look: the end of a connection is reported by a fiber, which a board that was held
// up runs late, maybe after the one that logs or this one.

/** How long the network may take nothing before the connection counts as broken, ms. */
const STALL_MS = 10000
/** Pause after back-pressure before the same bytes are tried again, ms. */
const RETRY_MS = 10
/** How long a connection must hold until what was sent on it counts as arrived, ms. */
const ARRIVED_MS = 2000
/**
 * How long a peer is given to close, ms: one that closed before after it had taken records is not
 * sent any at first, then one batch; and for a reset to come back, before we close, or when a
 * connection that has held takes more than the window.
 */
export const PROBE_MS = 300
/**
 * Most bytes of a batch that are written in one piece: the VM sends whole buffers only, and a heap of many
 * small pieces has no room for a large one.
 */
const PIECE_BYTES = 512
/** Most writes between two waits: other tasks want their turn after an outage, too. */
const WRITES_A_SLICE = 16
/** Longest wait until a connection has held, and records have arrived; and most of it that counts, ms. */
const LOOK_MS = 50
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
    /** Why the connection is over or of no use; undefined while it is neither. */
    ended: string
    /** Whether the peer ended it in order, with no error. */
    isClosed: boolean
    /** Uptime of the first write that was not taken; undefined when the last one was. */
    blockedSince: number
    /** The second half of a batch of which only the first was taken: goes before all else. */
    rest: Buffer
    /** Uptime when it was opened; undefined before. */
    openedAt: number
    /** Uptime when something happened last: it was begun, opened, or records were sent. */
    sentAt: number
    /** For how long it was seen to hold, ms, and uptime of the last look. */
    heldMs = 0
    lookedAt: number
    readonly stream: Connection
    /** Whether frames go out in another framing than the one they are kept in. */
    readonly isReframed: boolean
    /** Bytes of one batch: what is framed anew is in one piece. */
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
        // the oldest line has waited long enough
        client.firstAt = 0
        if (this.relp) openRelp(this)
        else this.isUp = true
        wake.notify()
    }

    /** A syslog receiver has nothing to say: RFC 6587 and RFC 5425 define no answers. */
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
 * A record is about to be added that a fiber waits for: the first one after a pause, or one for
 * which there is no room in the batch, which is sent at once where nothing is in the way.
 */
export function attend(client: SyslogClient): void {
    const { connection, outbox: out } = client
    if (!connection || !connection.isUp) return
    if (out.first > out.sent) settle(out)
    const now = client.clock.millis()
    const { batchBytes } = connection
    if (out.sent === out.next) client.wake.notify()
    // what cannot be sent here is sent by the fiber, which has a time to wake by then
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

/** Disconnects; what did not arrive is to be sent again. Never throws. */
export function closeConnection(connection: SyslogConnection): void {
    const { relp, stream, openedAt, ended } = connection
    if (relp && openedAt !== undefined && !ended)
        stream.write(`${relp.txnr + 1} close 0\n`)
    stream.close()
}

/** Over a stream what has not come back by now has arrived. */
function takeArrived(connection: SyslogConnection): void {
    const { client, heldMs } = connection
    const { outbox: out } = client
    // half of a batch was not taken
    if (connection.rest) return
    if (heldMs >= ARRIVED_MS) {
        out.hasHeld = true
        client.tries = 0
    }
    // twice half a window is kept: what is before the mark, and what is behind it
    const isFull =
        out.hasHeld &&
        (out.sentEnd - out.markedEnd) * 2 >= out.options.windowBytes
    if (heldMs - out.markAt >= (isFull ? PROBE_MS : ARRIVED_MS))
        passMark(out, heldMs)
    if (out.isDeclared && heldMs - out.declaredAt >= ARRIVED_MS) clearGap(out)
}

/**
 * Hands over what is queued, as far as the network and the transport take it, but no more than is
 * good between two waits.
 * @returns whether something was in the way
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
        // only one is in flight at a time, so that an answer tells which
        const isFree = !relp || relp.gapTxnr === 0
        if (isFree && isGapDue(out, connection.heldMs)) {
            if (!sendGap(connection, now)) return true
        } else if (out.sent === out.next) return false
        else if (!sendBatch(connection, room, now)) return true
    }
    return false
}

/** Bytes that may be sent now in one write; a longer frame may be as well. */
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
    // one by one, so that the record that is refused is known
    if (client.tries > 0) return flying > 0 ? 0 : 1
    if (flying === 0) return Math.max(1, Math.min(windowBytes, batchBytes))
    const room = windowBytes - (out.sentEnd - out.start)
    // a little room is left until there is more
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

/** Hands bytes over as they are on the wire, all of them or none. */
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
