import {
    Connection,
    DISCONNECTED,
    QUEUED,
    SocketListener,
    WOULD_BLOCK,
    WriteResult,
} from "../platform"
import type { SyslogClient } from "./client"
import { linesOf } from "./framing"
import { declaration } from "./message"
import { portOf } from "./options"
import {
    DECLARE_MS,
    inFlight,
    isGapDue,
    markHeld,
    MAX_SEQUENCE,
    passMark,
    setMark,
    settle,
    waitingBytes,
} from "./outbox"
import {
    leaveRelp,
    newRelp,
    openRelp,
    receiveRelp,
    Relp,
    relpFrame,
    relpFrames,
    sentGapRelp,
    sentRelp,
    tickRelp,
} from "./relp"

// What counts as delivered. RELP acknowledges. TCP and TLS do not: there a connection has to hold
// for ARRIVED_MS after a record was sent. Until a connection has held so long, all that the ring
// can keep is sent again on the next one, and what it could not keep is declared.

/** How long the network may take nothing before the connection counts as broken, ms. */
const STALL_MS = 10000
/** Pause after back-pressure before the same bytes are tried again, ms. */
const RETRY_MS = 10
/** How long a connection must hold until what was sent on it counts as arrived, ms. */
export const ARRIVED_MS = 2000
/**
 * How long a peer is given to close, ms: one that closed before after it had taken records is not
 * sent any at first, then one batch; and before we close, for a reset to come back.
 */
export const PROBE_MS = 300
/** Most writes between two waits: other tasks want their turn after an outage, too. */
const WRITES_A_SLICE = 16
/** The window cannot take the next record beside those in flight: nothing was written. */
const NO_ROOM: WriteResult = 1

/**
 * One connection to the collector.
 *
 * @devsWhenUsed
 */
export class SyslogConnection implements SocketListener {
    readonly client: SyslogClient
    /** Whether the peer has shown that it takes records. */
    isUp = false
    /** Why the connection is over or of no use; undefined while it is neither. */
    ended: string = undefined
    /** Whether the peer ended it in order, with no error. */
    isClosed = false
    /** Uptime of the first write that was not taken; undefined when the last one was. */
    blockedSince: number = undefined
    /** Uptime when records were sent last, and when it was opened; undefined before. */
    sentAt: number = undefined
    openedAt: number = undefined
    /** Number of the oldest frame that had not arrived when it began. */
    readonly ackedBefore: number
    readonly stream: Connection
    /** What RELP knows of this connection; undefined for the other transports. */
    readonly relp: Relp

    /**
     * Starts to connect.
     * @throws an error of name SocketError when there is no network
     */
    constructor(client: SyslogClient) {
        const { options, outbox } = client
        const { host, proto } = options
        this.client = client
        this.ackedBefore = outbox.acked
        if (proto === "relp") this.relp = newRelp(outbox.acked)
        const secured = proto === "tls" ? "tls" : "tcp"
        const port = portOf(options)
        this.stream = client.socket.open(host, port, secured, this)
    }

    opened(): void {
        const { clock, wake, outbox } = this.client
        this.openedAt = clock.millis()
        outbox.markAt = this.openedAt
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
 * A record is about to be added that somebody waits for: the first one after a pause, or one for
 * which there is no room in the batch, which is sent at once where nothing is in the way.
 */
export function attend(client: SyslogClient): void {
    const { connection, outbox: out, options, wake } = client
    if (!connection || !connection.isUp) return
    settle(out)
    const now = client.clock.millis()
    if (out.sent.frame < out.ring.next) {
        if (connection.relp || connection.blockedSince !== undefined)
            return wake.notify()
        send(connection, now, 1)
        if (connection.blockedSince !== undefined || connection.ended)
            return wake.notify()
    } else wake.notify()
    client.firstAt = now
    out.ring.watch(options.batchBytes, client.onRecord)
}

/**
 * Does what is due.
 * @returns ms until something is due again; undefined when nothing is
 */
export function turn(connection: SyslogConnection): number | undefined {
    const { client } = connection
    const { clock, outbox: out, options } = client
    const now = clock.millis()
    settle(out)
    let next = tick(connection, now)
    if (!connection.isUp || connection.ended) return next
    const waiting = waitingBytes(out)
    const left = client.firstAt + options.batchMs - now
    const isDue = left <= 0 || waiting >= options.batchBytes
    if (isDue || hasBacklog(client, now)) {
        next = earlier(send(connection, now, WRITES_A_SLICE), next)
        // what was sent now has yet to arrive
        next = earlier(tick(connection, now), next)
    } else if (waiting > 0) next = earlier(left, next)
    const rest = options.batchBytes - waitingBytes(out)
    // the first record wakes us
    if (rest === options.batchBytes) out.ring.watch(0, client.onRecord)
    else if (rest > 0) out.ring.watch(rest, client.onRecord)
    return next === undefined ? undefined : Math.max(1, next)
}

/** Disconnects; what did not arrive is to be sent again. Never throws. */
export function closeConnection(connection: SyslogConnection): void {
    if (connection.relp && connection.isUp && !connection.ended)
        leaveRelp(connection)
    connection.isUp = false
    connection.ended = connection.ended || "closed"
    connection.stream.close()
}

/** Whether there is something that does not wait for others to share its write. */
function hasBacklog({ outbox: out }: SyslogClient, now: number): boolean {
    return out.sent.frame < out.sentBefore || isGapDue(out, now)
}

/** The earlier of two times; undefined is never. */
export function earlier(
    a: number | undefined,
    b: number | undefined
): number | undefined {
    if (a === undefined) return b
    return b === undefined ? a : Math.min(a, b)
}

/** Does what is to be done by time; returns when that is due again, in ms. */
function tick(connection: SyslogConnection, now: number): number | undefined {
    const { client, relp, openedAt } = connection
    if (openedAt === undefined) return undefined
    if (relp) return tickRelp(connection, now)
    const { outbox: out } = client
    if (inFlight(out) === 0 && !out.isDeclared) return undefined
    const left = Math.max(out.markAt, openedAt) + ARRIVED_MS - now
    if (left > 0) return left
    markHeld(out)
    passMark(out, now)
    return inFlight(out) > 0 || out.isDeclared ? ARRIVED_MS : undefined
}

/**
 * Hands over what waits, as far as the network and the transport take it, but no more than is
 * good between two waits.
 * @returns ms until more can be handed over; undefined when nothing waits, or for an event
 */
function send(
    connection: SyslogConnection,
    now: number,
    writes: number
): number | undefined {
    const { client } = connection
    const { outbox: out } = client
    let result = QUEUED
    let room = 0
    for (let n = 0; n < writes && result === QUEUED; ++n) {
        room = roomFor(connection, now)
        if (room <= 0) break
        // only one is in flight at a time, so that an answer tells which
        const isFree = !connection.relp || connection.relp.gapTxnr === 0
        if (isFree && isGapDue(out, now)) result = sendGap(connection, now)
        else if (out.sent.frame < out.ring.next)
            result = sendBatch(connection, room, now)
        else break
    }
    if (result === NO_ROOM) room = 0
    if (result === DISCONNECTED) {
        connection.ended = "connection lost"
        return undefined
    }
    if (result === WOULD_BLOCK) {
        if (connection.blockedSince === undefined) connection.blockedSince = now
        else if (now - connection.blockedSince > STALL_MS)
            connection.ended = `nothing taken for ${STALL_MS} ms`
        return RETRY_MS
    }
    connection.blockedSince = undefined
    if (room > 0) {
        if (out.sent.frame < out.ring.next) return 1
        return out.gap > 0 && !out.isDeclared ? DECLARE_MS : undefined
    }
    if (connection.relp || client.tries === 0) return undefined
    const since = connection.sentAt
    return (since === undefined ? connection.openedAt : since) + PROBE_MS - now
}

/** Bytes that may be sent now. */
function roomFor(connection: SyslogConnection, now: number): number {
    const { client, relp, sentAt, openedAt } = connection
    const { outbox: out, options, tries } = client
    if (relp) {
        // one by one, so that the record that is refused is known
        if (tries > 0 && inFlight(out) > 0) return 0
    } else {
        if (tries > 0) {
            const since = sentAt === undefined ? openedAt : sentAt
            if (now < since + PROBE_MS) return 0
            if (sentAt !== undefined) client.tries = 0
        }
        if (!out.hasHeld && now - openedAt >= ARRIVED_MS) markHeld(out)
        return MAX_SEQUENCE
    }
    const flying = out.ring.bytesBefore(out.sent)
    const room = options.windowBytes - flying
    return flying === 0 ? Math.max(room, 1) : room
}

/** Sends frames that lie in one piece of the ring, in one write. */
function sendBatch(
    connection: SyslogConnection,
    room: number,
    now: number
): WriteResult {
    const { client, relp, stream } = connection
    const { outbox: out, options } = client
    const { ring, sent } = out
    const { frame, at } = sent
    const limit = Math.min(room, options.batchBytes)
    const most = relp && client.tries > 0 ? 1 : MAX_SEQUENCE
    const size = ring.advance(sent, limit, most)
    const count = sent.frame - frame
    if (size > room && frame > out.acked) {
        sent.frame = frame
        sent.at = at
        return NO_ROOM
    }
    const data = relp
        ? relpFrames(relp, ring, { frame, at }, size, count)
        : options.framing === "lf"
          ? linesOf(ring, { frame, at }, size)
          : ring.copy(at, size)
    const result = stream.write(data)
    if (result !== QUEUED) {
        sent.frame = frame
        sent.at = at
        return result
    }
    ring.settle(sent)
    connection.sentAt = now
    if (frame < out.sentBefore)
        out.resent += Math.min(sent.frame, out.sentBefore) - frame
    if (relp) sentRelp(relp, count)
    else if (frame === out.acked) setMark(out, now)
    else if (out.hasHeld) {
        // twice half a window is kept: what is before the mark, and what is behind it
        ring.settle(out.marked)
        const recent = ring.bytesBefore(sent) - ring.bytesBefore(out.marked)
        if (recent * 2 >= options.windowBytes) passMark(out, now)
    }
    return result
}

/** Sends a record that declares what was dropped. */
function sendGap(connection: SyslogConnection, now: number): WriteResult {
    const { client, relp, stream } = connection
    const { outbox: out } = client
    const frame = declaration(client)
    let text = frame
    if (relp) text = relpFrame(relp, frame)
    else if (client.options.framing === "lf")
        text = frame.slice(frame.indexOf(" ") + 1) + "\n"
    const result = stream.write(text)
    if (result !== QUEUED) return result
    connection.sentAt = now
    out.isDeclared = true
    out.declaredAt = now
    if (relp) sentGapRelp(relp)
    else if (inFlight(out) === 0) setMark(out, now)
    return result
}
