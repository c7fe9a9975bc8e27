import { Clock, NetSocket, Signal } from "../platform"
import { SocketArbiter } from "../net"
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
 * The state of a syslog client: plain data, which plain functions work on, as classes and
 * methods take heap on this VM. What is needed to send is made when a host is set first.
 */
export interface SyslogClient {
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
    isIdle: boolean
    /** Whether so much had to wait once that the heap is fragmented: free in short pieces only. */
    isFragmented: boolean
    /** Uptime when the oldest waiting record came. */
    firstAt: number
    /** Records handed over (tcp, tls) or acknowledged (relp). */
    delivered: number
    /** What was sent last and may have to be sent again. */
    window: Batches
    /** Wakes the fiber; notified at each event of the connection. */
    wake: Signal
    /** Records sent once more after a break. */
    resent: number
    /** Records of our own that declared a gap. */
    declared: number
    /** Connections made since start. */
    connects: number
    /** Whether there is to be a connection, once a host is set. */
    isStarted: boolean
    /** Whether the fiber is there. */
    isRunning: boolean
    /** The socket is wanted by others, the options changed, or we are to stop. */
    interrupted: boolean
    /** The delay before the last attempt, ms; undefined while there is no outage. */
    step: number
    /** Whether the last that was said is that there is a connection; undefined at first. */
    saidConnected: boolean
}

/** A client without a connection. */
export function newClient(
    { clock, socket, arbiter }: SyslogNet,
    options: SyslogOptions,
    report: SyslogReport
): SyslogClient {
    return {
        outbox: undefined,
        options,
        clock,
        channel: undefined,
        isIdle: false,
        isFragmented: false,
        firstAt: 0,
        delivered: 0,
        window: undefined,
        wake: undefined,
        resent: 0,
        declared: 0,
        connects: 0,
        isStarted: false,
        isRunning: false,
        interrupted: false,
        socket,
        arbiter,
        report,
        step: undefined,
        saidConnected: undefined,
    }
}
