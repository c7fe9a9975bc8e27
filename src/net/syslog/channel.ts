import {
    Clock,
    Connection,
    DISCONNECTED,
    NetSocket,
    QUEUED,
    Signal,
    SocketListener,
    WriteResult,
} from "../../platform"
import { SyslogOptions } from "./options"
import { Outbox } from "./outbox"
import { Batch, ReplayWindow } from "./window"

/** What connections work on; outlives them. */
export interface ChannelContext {
    readonly clock: Clock
    readonly socket: NetSocket
    readonly options: SyslogOptions
    readonly outbox: Outbox
    window: ReplayWindow
    /** Records handed over (tcp, tls) or acknowledged (relp). */
    delivered: number
    /** Records sent once more after a break. */
    resent: number
    /** Records of our own that declared a gap. */
    declared: number
    /** Wakes whoever looks after the connection; notified at each of its events. */
    readonly wake: Signal
    /** A record of our own that declares the outbox's gap. */
    declareGap(): Batch
}

/** How long the network may take nothing before the connection counts as broken, ms. */
const STALL_MS = 10000
/** Pause after back-pressure before the same bytes are tried again, ms. */
const RETRY_MS = 10
/** How long a TLS connection must hold until it counts as accepted, ms. */
const TLS_SETTLE_MS = 1000
/** How long a connection must hold until what was sent on it counts as arrived, ms. */
const ARRIVED_MS = 2000
/** RELP: room in the window that the next batch may need, bytes. */
const ROOM_BYTES = 1024

/**
 * One connection to the collector over plain TCP or TLS. Nobody acknowledges, so the last
 * window is sent again on the next connection. In the simulator a TLS connection is reported
 * open before the certificate was checked; nothing is sent until it has held for a second.
 *
 * @devsWhenUsed
 */
export class Channel implements SocketListener {
    /** Why the connection is over or of no use; undefined while it is neither. */
    ended: string
    /** Uptime when it was opened; undefined before. */
    openedAt: number
    /** Whether the peer has shown that it takes records. */
    isUp = false
    /** How long what was sent may take to arrive before the socket is given away, ms. */
    lingerMs = 100
    /** Batches at the end of the window that were not sent on this connection. */
    protected backlog: number
    protected readonly connection: Connection
    private sentAt: number
    private blockedSince: number

    /**
     * Starts to connect.
     * @throws SocketError when there is no network
     */
    constructor(protected readonly context: ChannelContext) {
        const { host, port, proto } = context.options
        this.backlog = context.window.batches.length
        const secured = proto === "tls" ? "tls" : "tcp"
        this.connection = context.socket.open(host, port, secured, this)
    }

    opened(): void {
        const { clock, options, wake } = this.context
        this.openedAt = clock.millis()
        this.isUp = options.proto === "tcp"
        wake.notify()
    }

    received(data: Buffer): void {
        // a syslog receiver has nothing to say: RFC 6587 and RFC 5425 define no answers
    }

    closed(reason: string | undefined): void {
        this.ended = reason || "closed by the collector"
        this.context.wake.notify()
    }

    /** Whether `send` would hand a record over at once. */
    isReady(): boolean {
        return (
            this.isUp &&
            !this.ended &&
            !this.backlog &&
            this.blockedSince === undefined
        )
    }

    /** Hands over what waits, as far as the network and the transport take it. */
    send(now: number): void {
        const { outbox } = this.context
        this.sentAt = now
        let result = QUEUED
        while (
            result === QUEUED &&
            (this.backlog || (outbox.count && hasRoom(this.context)))
        )
            result = this.sendNext()
        if (result === QUEUED) this.blockedSince = undefined
        else if (result === DISCONNECTED) this.ended = "connection lost"
        else if (this.blockedSince === undefined) this.blockedSince = now
        else if (now - this.blockedSince > STALL_MS)
            this.ended = `nothing taken for ${STALL_MS} ms`
    }

    /**
     * Does what is due.
     * @param firstAt uptime when the oldest waiting record came
     * @returns ms until something is due again; undefined when nothing is
     */
    turn(firstAt: number): number | undefined {
        const { clock, outbox, options } = this.context
        const now = clock.millis()
        let next = this.tick(now)
        if (this.isUp) {
            const left = firstAt + options.batchMs - now
            const due = left <= 0 || outbox.bytes >= options.batchBytes
            if (this.backlog || (outbox.count && due)) this.send(now)
            else if (outbox.count)
                next = next === undefined ? left : Math.min(next, left)
        }
        if (this.blockedSince !== undefined) return RETRY_MS
        return next === undefined ? undefined : Math.max(1, next)
    }

    /** Disconnects; what still has to arrive is in the window then. Never throws. */
    close(): void {
        this.leave()
        this.ended = this.ended || "closed"
        this.connection.close()
    }

    /** Takes leave of the peer and settles the window. */
    protected leave(): void {
        // the end of the stream is the end of the session
    }

    /** Does what the transport has to do by time; returns when that is due again, in ms. */
    protected tick(now: number): number | undefined {
        const { window, outbox } = this.context
        let left = this.openedAt + TLS_SETTLE_MS - now
        if (!this.isUp && left > 0) return left
        this.isUp = true
        if (!window.bytes || outbox.count || this.backlog) return undefined
        left = this.sentAt + ARRIVED_MS - now
        if (left > 0) return left
        this.context.window = new ReplayWindow()
        return undefined
    }

    /** Hands a batch to the network. */
    protected write(batch: Batch): WriteResult {
        return this.connection.write(batch.data)
    }

    private sendNext(): WriteResult {
        const { context } = this
        const { window, outbox, options } = context
        const { batches } = window
        const again = this.backlog && batches[batches.length - this.backlog]
        const gap = !again && outbox.gap && context.declareGap()
        const batch = again || gap || outbox.head()
        const result = this.write(batch)
        if (result !== QUEUED) return result
        if (again) {
            this.backlog--
            context.resent += batch.count
            return result
        }
        if (gap) {
            outbox.gap = 0
            context.declared++
        } else outbox.remove()
        // what is answered is delivered then, and forgotten then
        const answered = options.proto === "relp"
        if (!answered) context.delivered += batch.count
        window.add(batch, answered ? Infinity : options.windowBytes)
        return result
    }
}

/** Whether another batch may be sent: with RELP none is forgotten before it was answered. */
function hasRoom({ window, options }: ChannelContext): boolean {
    return (
        !window.bytes ||
        options.proto !== "relp" ||
        window.bytes + ROOM_BYTES <= options.windowBytes
    )
}
