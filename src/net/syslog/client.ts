import { Clock, NetSocket, Signal } from "../../platform"
import { SocketArbiter } from "../arbiter"
import { Backoff } from "../backoff"
import { Batches } from "./batches"
import type { Channel } from "./channel"
import { SyslogOptions } from "./options"
import { Outbox } from "./outbox"

/** What syslog needs of the board. */
export interface SyslogNet {
    clock: Clock
    socket: NetSocket
    arbiter: SocketArbiter
}

/** Takes what is to be said about the connection: severity and text. Must not throw. */
export type SyslogReport = (level: number, message: string) => void

/**
 * The state of a syslog client: plain data, which plain functions work on, as methods take heap
 * on this VM. What is needed to send is made when a host is set first.
 */
export class SyslogClient {
    readonly clock: Clock
    readonly socket: NetSocket
    readonly arbiter: SocketArbiter
    readonly report: SyslogReport
    /** Complete. */
    options: SyslogOptions
    /** What waits to be sent. */
    outbox: Outbox
    /** The connection; undefined while there is none. */
    channel: Channel
    /** Whether the fiber has nothing to wait for but the first record. */
    isIdle = false
    /** Uptime when the oldest waiting record came. */
    firstAt = 0
    /** Records handed over (tcp, tls) or acknowledged (relp). */
    delivered = 0
    /** What was sent last and may have to be sent again. */
    window: Batches
    /** Wakes the fiber; notified at each event of the connection. */
    wake: Signal
    /** Records sent once more after a break. */
    resent = 0
    /** Records of our own that declared a gap. */
    declared = 0
    /** Connections made since start. */
    connects = 0
    /** Whether there is to be a connection, once a host is set. */
    isStarted = false
    /** Whether the fiber is there. */
    isRunning = false
    /** The socket is wanted by others, the options changed, or we are to stop. */
    interrupted = false
    /** Delays of the outage under way; undefined while there is none. */
    backoff: Backoff
    /** Whether the last that was said is that there is a connection; undefined at first. */
    saidConnected: boolean

    constructor(
        { clock, socket, arbiter }: SyslogNet,
        options: SyslogOptions,
        report: SyslogReport
    ) {
        this.clock = clock
        this.socket = socket
        this.arbiter = arbiter
        this.report = report
        this.options = options
    }
}
