import * as ds from "@devicescript/core"
import { Clock, NetSocket, Signal, spawn } from "../../platform"
import { Lease, SocketArbiter } from "../arbiter"
import { Backoff } from "../backoff"
import { Channel, ChannelContext } from "./channel"
import { completeOptions, SyslogOptions, target } from "./options"
import { Outbox } from "./outbox"
import { RelpChannel } from "./relp"
import { Batch, ReplayWindow } from "./window"

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
export abstract class SyslogWorker implements ChannelContext {
    readonly clock: Clock
    readonly socket: NetSocket
    options: SyslogOptions
    /** What waits to be sent. */
    readonly outbox: Outbox
    window = new ReplayWindow()
    readonly wake = new Signal()
    delivered = 0
    resent = 0
    declared = 0
    /** Connections made since start. */
    protected connects = 0
    /** The connection; undefined while there is none. */
    protected channel: Channel
    /** Uptime when the oldest waiting record came. */
    protected firstAt = 0
    private readonly arbiter: SocketArbiter
    private backoff: Backoff
    /** The socket is wanted by others, the options changed, or we are to stop. */
    private interrupted: boolean
    private stopping: boolean
    private isRunning: boolean
    /** Whether the last that was said is that there is a connection; undefined at first. */
    private saidConnected: boolean

    /** @throws RangeError for an option out of its limits */
    constructor(
        { clock, socket, arbiter }: SyslogNet,
        given: SyslogOptions,
        private readonly report: SyslogReport
    ) {
        const options = completeOptions(given)
        this.clock = clock
        this.socket = socket
        this.arbiter = arbiter
        this.options = options
        this.outbox = new Outbox(options.queueBytes, options.batchBytes)
        this.backoff = new Backoff(options.backoff)
    }

    /** A record of our own that declares the outbox's gap. */
    abstract declareGap(): Batch

    /** Starts to connect, once a host is set. May be called more than once. */
    start(): void {
        this.stopping = false
        if (this.isRunning) return
        this.isRunning = true
        const { report } = this
        spawn(this.run, e => report(WARNING, `worker ended: ${e}`))
    }

    /** Sends what waits, for at most `waitMs`, then disconnects. `start` begins again. */
    async stop(waitMs = 1000): Promise<void> {
        const { outbox, clock } = this
        const until = clock.millis() + waitMs
        while (this.channel && outbox.count && clock.millis() < until)
            await ds.sleep(POLL_MS)
        this.stopping = true
        this.interrupt()
        while (this.isRunning) await ds.sleep(POLL_MS)
    }

    /** There are other options now: connects anew at once. */
    protected restart(): void {
        this.backoff = new Backoff(this.options.backoff)
        this.saidConnected = undefined
        this.interrupt()
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
        const lease = await this.arbiter.claim("syslog", this.interrupt)
        try {
            if (this.interrupted) return undefined
            const channel =
                this.options.proto === "relp"
                    ? new RelpChannel(this)
                    : new Channel(this)
            this.channel = channel
            await this.serve(channel, lease)
            return channel.ended
        } finally {
            if (this.channel) this.channel.close()
            this.channel = undefined
            lease.release()
        }
    }

    /**
     * Sends what is due until the connection is over. That it takes records is said after an
     * outage, and once it has held the delays start anew.
     */
    private async serve(channel: Channel, lease: Lease): Promise<void> {
        const { clock } = this
        const { connectMs } = this.options
        await this.pause(connectMs, channel)
        if (channel.openedAt !== undefined) this.connects++
        else if (!this.interrupted && !channel.ended)
            channel.ended = `no answer within ${connectMs} ms`
        while (!channel.ended && !this.interrupted && !lease.isOver) {
            const next = channel.turn(this.firstAt)
            if (channel.isUp) {
                if (clock.millis() - channel.openedAt >= STABLE_MS)
                    this.backoff.reset()
                if (!this.saidConnected) {
                    this.saidConnected = true
                    this.report(INFO, `connected to ${target(this.options)}`)
                }
            }
            if (!channel.ended) await this.wake.wait(next)
        }
        // what was sent gets the time to arrive before the socket is given away
        const until = clock.millis() + channel.lingerMs
        while (!channel.ended && this.window.bytes && clock.millis() < until)
            await ds.sleep(POLL_MS)
    }

    /** Says an outage once, and waits until it is time for the next attempt. */
    private async retreat(problem: string): Promise<void> {
        if (this.saidConnected !== false) {
            this.saidConnected = false
            this.report(
                WARNING,
                `no connection to ${target(this.options)}: ${problem}`
            )
        }
        await this.pause(this.backoff.next())
    }

    /** Waits `ms`, or until the channel is open or over; an interruption ends it. */
    private async pause(ms: number, channel?: Channel): Promise<void> {
        const { clock } = this
        const until = clock.millis() + ms
        while (ms > 0 && !this.interrupted) {
            if (channel && (channel.openedAt !== undefined || channel.ended))
                return
            await this.wake.wait(ms)
            ms = until - clock.millis()
        }
    }
}
