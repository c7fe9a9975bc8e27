import {
    Clock,
    Connection,
    DISCONNECTED,
    NetSocket,
    QUEUED,
    SocketListener,
} from "../../platform"
import { Link, LinkContext } from "./link"
import { makeLink } from "./links"
import { SyslogOptions } from "./options"

/** How long the network may take nothing before the connection counts as broken, ms. */
export const STALL_MS = 10000
/** Pause after back-pressure before the same bytes are tried again, ms. */
const RETRY_MS = 10

/** One connection to the collector, from the first packet to the last. */
export class Channel implements SocketListener {
    /** Why the connection is over; undefined while it is not. */
    ended: string
    /** Uptime when it was opened; undefined before. */
    openedAt: number
    private readonly connection: Connection
    private readonly link: Link
    private blockedSince: number
    private isClosed = false

    /**
     * Starts to connect.
     * @param wake called at each event
     * @throws SocketError when there is no network
     */
    constructor(
        private readonly clock: Clock,
        socket: NetSocket,
        private readonly options: SyslogOptions,
        private readonly context: LinkContext,
        private readonly wake: () => void
    ) {
        const { host, port, proto } = options
        const secured = proto === "tls" ? "tls" : "tcp"
        this.connection = socket.open(host, port, secured, this)
        this.link = makeLink(options, context, this.connection)
    }

    opened(): void {
        this.openedAt = this.clock.millis()
        this.link.opened(this.openedAt)
        this.wake()
    }

    received(data: Buffer): void {
        this.link.received(data, this.clock.millis())
        this.wake()
    }

    closed(reason: string | undefined): void {
        this.ended = reason || "closed by the collector"
        this.wake()
    }

    /** Why the channel is of no use any more; undefined while it is. */
    problem(): string | undefined {
        return this.ended || this.link.failure()
    }

    /** Whether the collector takes records. */
    isUp(): boolean {
        return this.link.isUp()
    }

    /** Whether `send` would hand a record over at once. */
    isReady(): boolean {
        return (
            this.blockedSince === undefined &&
            !this.ended &&
            this.link.isReady()
        )
    }

    /** Hands over what waits, as far as the network takes it. */
    send(now: number): void {
        const result = this.link.send(now)
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
        if (this.openedAt === undefined) return undefined
        const now = this.clock.millis()
        let next = this.link.tick(now)
        const { outbox } = this.context
        const { batchBytes, batchMs } = this.options
        const left = firstAt + batchMs - now
        const due = outbox.bytes >= batchBytes || left <= 0
        if (!this.link.isReady() || (outbox.count() && due)) this.send(now)
        else if (outbox.count())
            next = next === undefined ? left : Math.min(next, left)
        if (this.blockedSince !== undefined) return RETRY_MS
        return next === undefined ? undefined : Math.max(1, next)
    }

    /** Whether the socket can be given away: all has arrived, or there was time enough. */
    lingerMs(): number {
        return this.link.isSettled() ? 0 : this.link.lingerMs
    }

    /** Takes leave and disconnects, once. Never throws. */
    close(): void {
        if (this.isClosed) return
        this.isClosed = true
        if (!this.ended && this.link.isUp()) this.link.bye()
        this.link.ended()
        this.ended = this.ended || "closed"
        this.connection.close()
    }
}
