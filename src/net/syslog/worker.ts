import * as ds from "@devicescript/core"
import { Clock, NetSocket, Signal, spawn } from "../../platform"
import { Lease, SocketArbiter } from "../arbiter"
import { Backoff } from "../backoff"
import { Channel, ChannelContext } from "./channel"
import { target } from "./options"
import { RelpChannel } from "./relp"

/** What syslog needs of the board. */
export interface SyslogNet {
    clock: Clock
    socket: NetSocket
    arbiter: SocketArbiter
}

/** Takes what the worker has to say about the connection: severity and text. Must not throw. */
export type SyslogReport = (level: number, message: string) => void

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
 *
 * @devsWhenUsed
 */
export class SyslogWorker {
    /** Connections made since start. */
    connects = 0
    /** The connection; undefined while there is none. */
    channel: Channel
    readonly wake = new Signal()
    private backoff: Backoff
    /** The socket is wanted by others, the options changed, or we are to stop. */
    private interrupted = false
    private stopping = false
    private isRunning = false
    private outageSaid = false
    private connectSaid = false
    /** Uptime when the oldest waiting record came. */
    private firstAt = 0

    constructor(
        private readonly arbiter: SocketArbiter,
        private readonly context: ChannelContext,
        private readonly report: SyslogReport
    ) {
        this.backoff = new Backoff(context.options.backoff)
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
        const { outbox, clock } = this.context
        const until = clock.millis() + waitMs
        while (this.channel && outbox.count && clock.millis() < until)
            await ds.sleep(POLL_MS)
        this.stopping = true
        this.interrupt()
        while (this.isRunning) await ds.sleep(POLL_MS)
    }

    /** The context has other options now: connects anew at once. */
    restart(): void {
        this.backoff = new Backoff(this.context.options.backoff)
        this.outageSaid = false
        this.connectSaid = false
        this.interrupt()
    }

    /** A record was put into the empty outbox: it is sent when its batch is due. */
    filled(): void {
        this.firstAt = this.context.clock.millis()
        this.wake.notify()
    }

    /** The next record would make a write too long: sends what waits, if that is possible. */
    full(): void {
        const { channel } = this
        if (!channel || !channel.isReady()) return
        channel.send(this.context.clock.millis())
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
            if (!this.context.options.host) {
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
        const { context } = this
        const lease = await this.arbiter.claim("syslog", () => self.interrupt())
        try {
            if (this.interrupted) return undefined
            const relp = context.options.proto === "relp"
            this.channel = relp
                ? new RelpChannel(context)
                : new Channel(context)
            await this.serve(this.channel, lease)
            return this.channel.ended
        } finally {
            if (this.channel) this.channel.close()
            this.channel = undefined
            lease.release()
        }
    }

    private async serve(channel: Channel, lease: Lease): Promise<void> {
        const { clock, options } = this.context
        await this.waitUntil(
            clock.millis() + options.connectMs,
            () => channel.openedAt !== undefined || !!channel.ended
        )
        if (channel.openedAt !== undefined) this.connects++
        else if (!this.interrupted && !channel.ended)
            channel.ended = `no answer within ${options.connectMs} ms`
        while (!channel.ended && !this.interrupted && !lease.isOver()) {
            const next = channel.turn(this.firstAt)
            if (channel.isUp) this.hold(channel)
            if (!channel.ended) await this.wake.wait(next)
        }
        // what was sent gets the time to arrive before the socket is given away
        const until = clock.millis() + channel.lingerMs
        while (!channel.ended && this.context.window.bytes) {
            if (clock.millis() >= until) break
            await ds.sleep(POLL_MS)
        }
    }

    /** The collector takes records: says so after an outage, and forgets delays in time. */
    private hold(channel: Channel): void {
        const { clock, options } = this.context
        if (clock.millis() - channel.openedAt >= STABLE_MS) this.backoff.reset()
        if (this.connectSaid && !this.outageSaid) return
        this.connectSaid = true
        this.outageSaid = false
        this.report(INFO, `connected to ${target(options)}`)
    }

    /** Says an outage once, and waits until it is time for the next attempt. */
    private async retreat(problem: string): Promise<void> {
        const { clock, options } = this.context
        if (!this.outageSaid) {
            this.outageSaid = true
            this.report(
                WARNING,
                `no connection to ${target(options)}: ${problem}`
            )
        }
        await this.waitUntil(clock.millis() + this.backoff.next(), () => false)
    }

    /** Waits for a condition or an uptime; an interruption ends it. */
    private async waitUntil(at: number, met: () => boolean): Promise<void> {
        const { clock } = this.context
        let left = at - clock.millis()
        while (left > 0 && !this.interrupted && !met()) {
            await this.wake.wait(left)
            left = at - clock.millis()
        }
    }
}
