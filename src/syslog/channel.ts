import {
    Connection,
    DISCONNECTED,
    QUEUED,
    SocketListener,
    WriteResult,
} from "../platform"
import { addBatch, clearBatches, removeBatch } from "./batches"
import type { SyslogClient } from "./client"
import { declareGap } from "./gap"
import { seal, waitingBytes } from "./outbox"
import {
    hasRoom,
    leaveRelp,
    newRelp,
    openRelp,
    receiveRelp,
    Relp,
    tickRelp,
    writeRelp,
} from "./relp"

/** How long the network may take nothing before the connection counts as broken, ms. */
const STALL_MS = 10000
/** Pause after back-pressure before the same bytes are tried again, ms. */
const RETRY_MS = 10
/** How long a TLS connection must hold until it counts as accepted, ms. */
const TLS_SETTLE_MS = 1000
/** How long a connection must hold until what was sent on it counts as arrived, ms. */
const ARRIVED_MS = 2000
/** Most writes between two waits: other tasks want their turn after an outage, too. */
const WRITES_A_SLICE = 16

/**
 * One connection to the collector. Over plain TCP or TLS nobody acknowledges, so the last
 * window is sent again on the next connection; RELP adds its own rules. In the simulator a TLS
 * connection is reported open before the certificate was checked; nothing is sent until it has
 * held for a second.
 *
 * @devsWhenUsed
 */
export class Channel implements SocketListener {
    readonly client: SyslogClient
    /** Whether the peer has shown that it takes records. */
    isUp = false
    /** Why the connection is over or of no use; undefined while it is neither. */
    ended: string = undefined
    /** Batches at the end of the window that were not sent on this connection. */
    backlog: number
    /** Uptime of the first write that was not taken; undefined when the last one was. */
    blockedSince: number = undefined
    readonly connection: Connection
    sentAt: number
    /** Uptime when it was opened; undefined before. */
    openedAt: number
    /** What RELP knows of this connection; undefined for the other transports. */
    readonly relp: Relp

    /**
     * Starts to connect.
     * @throws an error of name SocketError when there is no network
     */
    constructor(client: SyslogClient) {
        const { host, port, proto } = client.options
        this.client = client
        this.backlog = client.window.data.length
        if (proto === "relp") this.relp = newRelp()
        const secured = proto === "tls" ? "tls" : "tcp"
        this.connection = client.socket.open(host, port, secured, this)
    }

    opened(): void {
        const { clock, options, wake } = this.client
        this.openedAt = clock.millis()
        this.isUp = options.proto === "tcp"
        if (this.relp) openRelp(this)
        wake.notify()
    }

    /** A syslog receiver has nothing to say: RFC 6587 and RFC 5425 define no answers. */
    received(data: Buffer): void {
        if (this.relp) receiveRelp(this, data)
    }

    closed(reason: string | undefined): void {
        this.ended = reason || "closed by the collector"
        this.client.wake.notify()
    }
}

/** Whether a batch can be handed over at once. */
export function isReady(channel: Channel): boolean {
    return (
        channel.isUp &&
        !channel.ended &&
        !(channel.backlog > 0) &&
        channel.blockedSince === undefined
    )
}

/**
 * Hands one batch to the network, and keeps it in the window if it was taken.
 * @param count how many of its records count
 */
export function handOver(
    channel: Channel,
    data: Buffer,
    count: number,
    now: number
): WriteResult {
    const { client, relp } = channel
    const result = relp
        ? writeRelp(channel, data)
        : channel.connection.write(data)
    if (result !== QUEUED) return result
    channel.sentAt = now
    const { window } = client
    addBatch(window, data, count)
    // what is answered is delivered then, and forgotten then
    if (relp) return result
    client.delivered += count
    const { windowBytes } = client.options
    while (window.bytes > windowBytes && window.data.length > 1)
        removeBatch(window, 0)
    return result
}

/**
 * Hands over what waits, as far as the network and the transport take it, but no more than is
 * good between two waits.
 */
function send(channel: Channel, now: number): void {
    let result = QUEUED
    for (let n = 0; n < WRITES_A_SLICE && hasMore(channel); ++n) {
        result = sendNext(channel, now)
        if (result !== QUEUED) break
    }
    if (result === QUEUED) channel.blockedSince = undefined
    else if (result === DISCONNECTED) channel.ended = "connection lost"
    else if (channel.blockedSince === undefined) channel.blockedSince = now
    else if (now - channel.blockedSince > STALL_MS)
        channel.ended = `nothing taken for ${STALL_MS} ms`
}

/**
 * Does what is due.
 * @returns ms until something is due again; undefined when nothing is
 */
export function turn(channel: Channel): number | undefined {
    const { client } = channel
    const { clock, outbox, options } = client
    const now = clock.millis()
    let next = channel.relp ? tickRelp(channel, now) : tick(channel, now)
    const bytes = waitingBytes(outbox)
    if (channel.isUp) {
        const left = client.firstAt + options.batchMs - now
        const due = left <= 0 || bytes >= options.batchBytes
        if (channel.backlog > 0 || (bytes > 0 && due)) {
            send(channel, now)
            if (hasMore(channel)) next = 1
            // what was sent now has yet to count as arrived
            else if (!channel.relp) next = tick(channel, now)
        } else if (bytes > 0)
            next = next === undefined ? left : Math.min(next, left)
    }
    if (channel.blockedSince !== undefined) return RETRY_MS
    return next === undefined ? undefined : Math.max(1, next)
}

/** Disconnects; what still has to arrive is in the window then. Never throws. */
export function closeChannel(channel: Channel): void {
    if (channel.relp) leaveRelp(channel)
    channel.ended = channel.ended || "closed"
    channel.connection.close()
}

/** Whether there is something that the transport would take now. */
function hasMore(channel: Channel): boolean {
    if (channel.backlog > 0) return true
    const { outbox, window, options } = channel.client
    if (!(outbox.at > 0) && outbox.sealed.bytes === 0) return false
    return !channel.relp || hasRoom(window, options)
}

/** Does what plain TCP and TLS have to do by time; returns when that is due again, in ms. */
function tick(channel: Channel, now: number): number | undefined {
    const { client } = channel
    let left = channel.openedAt + TLS_SETTLE_MS - now
    if (!channel.isUp && left > 0) return left
    channel.isUp = true
    if (
        client.window.bytes === 0 ||
        waitingBytes(client.outbox) > 0 ||
        channel.backlog > 0
    )
        return undefined
    left = channel.sentAt + ARRIVED_MS - now
    if (left > 0) return left
    clearBatches(client.window)
    return undefined
}

function sendNext(channel: Channel, now: number): WriteResult {
    const { client, backlog } = channel
    if (backlog > 0) return sendAgain(channel, backlog, now)
    const { outbox } = client
    const { sealed } = outbox
    if (!sealed.data.length) {
        seal(outbox)
        // the next record may be long in coming
        outbox.buffer = undefined
    }
    if (outbox.gap > 0) {
        const result = handOver(channel, declareGap(client), 0, now)
        if (result !== QUEUED) return result
        outbox.gap = 0
        client.declared++
        return result
    }
    const result = handOver(channel, sealed.data[0], sealed.counts[0], now)
    if (result === QUEUED) removeBatch(sealed, 0)
    return result
}

/** Sends the oldest batch of the window that was not sent on this connection. */
function sendAgain(
    channel: Channel,
    backlog: number,
    now: number
): WriteResult {
    const { client, relp, connection } = channel
    const { data, counts } = client.window
    const at = data.length - backlog
    const result = relp
        ? writeRelp(channel, data[at])
        : connection.write(data[at])
    if (result !== QUEUED) return result
    channel.sentAt = now
    channel.backlog = backlog - 1
    client.resent += counts[at]
    return result
}
