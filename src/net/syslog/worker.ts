import * as ds from "@devicescript/core"
import { Clock, NetSocket, Signal, spawn } from "../../platform"
import { Lease, SocketArbiter } from "../arbiter"
import { Backoff } from "../backoff"
import { Channel } from "./channel"
import { LinkContext } from "./link"
import { SyslogOptions, target } from "./options"

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
/** How long a connection must hold until the backoff starts again from its first delay, ms. */
const STABLE_MS = 1000
/** How often it is looked whether all has arrived, before the socket is given away, ms. */
const POLL_MS = 10
const WARNING = 4
const INFO = 6

/**
 * The fiber that keeps the connection: claims the socket, connects, sends what waits, starts
 * over with growing delays. An outage is said once and its end once, so that these records,
 * which come back to us through the log, cannot feed themselves.
 */
export class SyslogWorker {
    /** Connections made since start. */
    connects = 0
    private readonly wake = new Signal()
    private backoff: Backoff
    private channel: Channel
    /** The socket is wanted by others, the options changed, or we are to stop. */
    private interrupted = false
    private stopping = false
    private isRunning = false
    private outageSaid = false
    private connectSaid = false
    /** Uptime when the oldest waiting record came. */
    private firstAt = 0

    constructor(
        private readonly net: SyslogNet,
        private readonly context: LinkContext,
        private options: SyslogOptions,
        private readonly report: SyslogReport
    ) {
        this.backoff = new Backoff(options.backoff)
    }

    /** Starts the fiber; nothing when it runs. */
    start(): void {
        this.stopping = false
        if (this.isRunning) return
        this.isRunning = true
        const { report } = this
        spawn(this.run, e => report(WARNING, `worker ended: ${e}`))
    }

    /** Ends the fiber, after what waits was sent or `waitMs` are over. */
    async stop(waitMs: number): Promise<void> {
        const { outbox } = this.context
        const until = this.net.clock.millis() + waitMs
        while (this.isConnected() && outbox.count()) {
            if (this.net.clock.millis() >= until) break
            await ds.sleep(POLL_MS)
        }
        this.stopping = true
        this.interrupt()
        while (this.isRunning) await ds.sleep(POLL_MS)
    }

    /** Ends the connection, if there is one: what it left is in outbox and window now. */
    abandon(): void {
        if (this.channel) this.channel.close()
    }

    /** Goes on with other options: ends the connection and connects anew at once. */
    configure(options: SyslogOptions): void {
        this.options = options
        this.backoff = new Backoff(options.backoff)
        this.outageSaid = false
        this.connectSaid = false
        this.interrupt()
    }

    /** Whether a collector takes records at this moment. */
    isConnected(): boolean {
        return !!this.channel && this.channel.isUp()
    }

    /** A record was put into the empty outbox: it is sent when its batch is due. */
    filled(): void {
        this.firstAt = this.net.clock.millis()
        this.wake.notify()
    }

    /** The next record would make a write too long: sends what waits, if that is possible. */
    full(): void {
        const { channel } = this
        if (!channel || !channel.isReady()) return
        channel.send(this.net.clock.millis())
        // back-pressure, or the end of the connection, is the fiber's business
        if (!channel.isReady()) this.wake.notify()
    }

    private interrupt(): void {
        this.interrupted = true
        this.wake.notify()
    }

    private async run(): Promise<void> {
        while (!this.stopping) {
            this.interrupted = false
            if (!this.options.host) {
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
        this.isRunning = false
    }

    /** One connection, from the claim of the socket until it is given back; says how it ended. */
    private async session(): Promise<string | undefined> {
        const self = this
        const { arbiter, clock, socket } = this.net
        const wake = () => self.wake.notify()
        const lease = await arbiter.claim(CLAIM, () => self.interrupt())
        try {
            if (this.interrupted) return undefined
            const { options, context } = this
            this.channel = new Channel(clock, socket, options, context, wake)
            await this.serve(this.channel, lease)
            return this.channel.problem()
        } finally {
            if (this.channel) this.channel.close()
            this.channel = undefined
            lease.release()
        }
    }

    private async serve(channel: Channel, lease: Lease): Promise<void> {
        await this.connect(channel)
        while (!channel.problem() && !this.interrupted && !lease.isOver()) {
            const next = channel.turn(this.firstAt)
            if (channel.isUp()) this.hold(channel)
            await this.wake.wait(next)
        }
        if (this.interrupted && !channel.problem()) await this.linger(channel)
    }

    private async connect(channel: Channel): Promise<void> {
        const { connectMs } = this.options
        const until = this.net.clock.millis() + connectMs
        while (channel.openedAt === undefined && !channel.ended) {
            const left = until - this.net.clock.millis()
            if (this.interrupted) return
            if (left <= 0) channel.ended = `no answer within ${connectMs} ms`
            else await this.wake.wait(left)
        }
        if (!channel.ended) this.connects++
    }

    /** Gives what was sent the time to arrive before the socket is given away. */
    private async linger(channel: Channel): Promise<void> {
        const { clock } = this.net
        const since = clock.millis()
        while (clock.millis() - since < channel.lingerMs())
            await ds.sleep(POLL_MS)
    }

    /** The collector takes records: says so after an outage, and forgets delays in time. */
    private hold(channel: Channel): void {
        if (this.net.clock.millis() - channel.openedAt >= STABLE_MS)
            this.backoff.reset()
        if (this.connectSaid && !this.outageSaid) return
        this.connectSaid = true
        this.outageSaid = false
        this.report(INFO, `connected to ${target(this.options)}`)
    }

    /** Says an outage once, and waits until it is time for the next attempt. */
    private async retreat(problem: string): Promise<void> {
        const { clock } = this.net
        if (!this.outageSaid) {
            this.outageSaid = true
            const to = target(this.options)
            this.report(WARNING, `no connection to ${to}: ${problem}`)
        }
        const until = clock.millis() + this.backoff.next()
        let left = until - clock.millis()
        while (left > 0 && !this.interrupted) {
            await this.wake.wait(left)
            left = until - clock.millis()
        }
    }
}
