import * as ds from "@devicescript/core"
import {
    Clock,
    Connection,
    DISCONNECTED,
    NetSocket,
    QUEUED,
    Signal,
    SocketListener,
    spawn,
} from "../../platform"
import { Lease, SocketArbiter } from "../arbiter"
import { Backoff } from "../backoff"
import { Link, LinkContext } from "./link"
import { SyslogOptions } from "./options"
import { makeLink } from "./links"

/** What the worker needs of the board. */
export interface SyslogNet {
    clock: Clock
    socket: NetSocket
    arbiter: SocketArbiter
}

/** Takes what the worker has to say about the connection: severity and text. Must not throw. */
export type SyslogReport = (level: number, message: string) => void

/** Name under which syslog holds the socket. */
const CLAIM = "syslog"
/** Pause after back-pressure before the same bytes are tried again, ms. */
const RETRY_MS = 10
/** How long the network may take nothing before the connection counts as broken, ms. */
const STALL_MS = 10000
/** How long a connection must hold until the backoff starts again from its first delay, ms. */
const STABLE_MS = 1000
/** Left to the network stack to send what it took before the socket is given away, ms. */
const LINGER_MS = 100
const WARNING = 4
const INFO = 6

/**
 * The fiber that keeps the connection: claims the socket, connects, sends what waits, starts
 * over with growing delays. An outage is said once, and its end once, so that these records
 * cannot feed themselves.
 */
export class SyslogWorker implements SocketListener {
    /** Connections made since start. */
    connects = 0
    private readonly wake = new Signal()
    private backoff: Backoff
    private connection: Connection
    private link: Link
    /** Why the connection is over; undefined while it is not. */
    private ended: string
    /** The socket is wanted by others, or the options changed. */
    private interrupted = false
    private isUp = false
    private isRunning = false
    private outageSaid = false
    /** Uptimes: of the connection, of the first refused write, of the first waiting record. */
    private openedAt: number
    private blockedSince: number
    private firstAt = 0

    constructor(
        private readonly net: SyslogNet,
        private readonly context: LinkContext,
        private options: SyslogOptions,
        private readonly report: SyslogReport
    ) {
        this.backoff = new Backoff(options.backoff)
    }

    /** Starts the fiber, once. */
    start(): void {
        if (this.isRunning) return
        this.isRunning = true
        const { report } = this
        // `run` guards each of its turns; this is for what nobody thought of
        spawn(this.run, e => report(WARNING, `worker ended: ${e}`))
    }

    /** Ends the connection and the fiber, after what waits was sent or `waitMs` are over. */
    async stop(waitMs: number): Promise<void> {
        const { clock } = this.net
        const until = clock.millis() + waitMs
        while (this.isUp && this.context.outbox.count()) {
            if (clock.millis() >= until) break
            await ds.sleep(RETRY_MS)
        }
        this.isRunning = false
        this.interrupt()
    }

    /** Goes on with other options: ends the connection and connects anew at once. */
    configure(options: SyslogOptions): void {
        this.options = options
        this.backoff = new Backoff(options.backoff)
        this.outageSaid = false
        this.interrupt()
    }

    /** Whether records can be handed over at this moment. */
    isConnected(): boolean {
        return this.isUp
    }

    /** A record was put into the empty outbox: it is sent when its batch is due. */
    filled(now: number): void {
        this.firstAt = now
        this.wake.notify()
    }

    /** The next record would make a write too long: sends what waits, if that is possible. */
    full(now: number): void {
        if (this.link && this.blockedSince === undefined && this.link.isReady())
            this.send(now)
    }

    opened(): void {
        this.openedAt = this.net.clock.millis()
        if (this.link) this.link.opened(this.openedAt)
        this.wake.notify()
    }

    received(data: Buffer): void {
        if (this.link) this.link.received(data)
        this.wake.notify()
    }

    closed(reason: string | undefined): void {
        this.ended = reason || "closed by the collector"
        this.wake.notify()
    }

    private interrupt(): void {
        this.interrupted = true
        this.wake.notify()
    }

    private async run(): Promise<void> {
        while (this.isRunning) {
            if (!this.options.host) {
                this.interrupted = false
                await this.wake.wait()
                continue
            }
            let problem: string
            try {
                problem = await this.session()
            } catch (e: any) {
                problem = e.message || "" + e
            }
            if (!this.interrupted) await this.retreat(problem)
        }
    }

    /** One connection, from the claim of the socket until it is given back. */
    private async session(): Promise<string> {
        const self = this
        const lease = await this.net.arbiter.claim(CLAIM, () =>
            self.interrupt()
        )
        this.interrupted = false
        try {
            await this.connect()
            while (this.isUsable(lease)) await this.wake.wait(this.turn())
            if (this.interrupted && this.isUp) await ds.sleep(LINGER_MS)
            return this.problem() || "interrupted"
        } finally {
            this.disconnect()
            lease.release()
        }
    }

    private async connect(): Promise<void> {
        const { host, port, proto, connectMs } = this.options
        const { clock, socket } = this.net
        this.ended = undefined
        this.openedAt = undefined
        this.blockedSince = undefined
        this.isUp = false
        const until = clock.millis() + connectMs
        const tls = proto === "tls"
        this.connection = socket.open(host, port, tls ? "tls" : "tcp", this)
        this.link = makeLink(this.options, this.context, this.connection)
        while (this.openedAt === undefined) {
            const left = until - clock.millis()
            if (this.ended || this.interrupted) return
            if (left <= 0) this.ended = `no answer within ${connectMs} ms`
            else await this.wake.wait(left)
        }
        this.connects++
    }

    private isUsable(lease: Lease): boolean {
        return (
            this.openedAt !== undefined &&
            !this.interrupted &&
            !lease.isOver() &&
            !this.problem()
        )
    }

    private problem(): string | undefined {
        return this.ended || (this.link && this.link.failure())
    }

    private disconnect(): void {
        if (this.connection) this.connection.close()
        this.connection = undefined
        this.link = undefined
        this.isUp = false
    }

    /** Does what is due; returns after how many ms something is due again. */
    private turn(): number | undefined {
        const now = this.net.clock.millis()
        const { outbox, batchBytes } = this.context
        let next = this.link.tick(now)
        if (this.link.isUp()) this.said(now)
        const waited = now - this.firstAt
        const { batchMs } = this.options
        if (!this.link.isReady() || outbox.bytes >= batchBytes) this.send(now)
        else if (outbox.count() && waited >= batchMs) this.send(now)
        else if (outbox.count()) next = earlier(next, batchMs - waited)
        return this.blockedSince === undefined ? next : RETRY_MS
    }

    private send(now: number): void {
        const result = this.link.send(now)
        if (result === QUEUED) this.blockedSince = undefined
        else if (result === DISCONNECTED) this.ended = "connection lost"
        else if (this.blockedSince === undefined) this.blockedSince = now
        else if (now - this.blockedSince > STALL_MS)
            this.ended = `takes no data for ${STALL_MS} ms`
        if (this.ended) this.wake.notify()
    }

    private said(now: number): void {
        if (now - this.openedAt >= STABLE_MS) this.backoff.reset()
        if (this.isUp) return
        this.isUp = true
        if (this.connects > 1 && !this.outageSaid) return
        this.outageSaid = false
        this.report(INFO, `connected to ${this.address()}`)
    }

    /** Says an outage once, and waits until it is time for the next attempt. */
    private async retreat(problem: string): Promise<void> {
        const delay = this.backoff.next()
        if (!this.outageSaid) {
            this.outageSaid = true
            this.report(
                WARNING,
                `no connection to ${this.address()}: ${problem}; records wait`
            )
        }
        const until = this.net.clock.millis() + delay
        let left = delay
        while (left > 0 && !this.interrupted) {
            await this.wake.wait(left)
            left = until - this.net.clock.millis()
        }
    }

    private address(): string {
        const { proto, host, port } = this.options
        return `${proto}://${host}:${port}`
    }
}

function earlier(a: number | undefined, b: number): number {
    return a === undefined ? b : Math.min(a, b)
}
