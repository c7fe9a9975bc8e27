import { SocketArbiter } from "../net"
import { Clock, NetSocket, Signal } from "../platform"
import type { SyslogConnection } from "./connection"
import { Outbox } from "./outbox"

/** What syslog needs of the board. */
export interface SyslogNet {
    clock: Clock
    socket: NetSocket
    arbiter: SocketArbiter
}

/** Takes reports about the connection: severity and text. Must not throw. */
export type SyslogReport = (level: number, message: string) => void

/**
 * The state of a syslog client: plain data with plain functions, since classes and methods take
 * heap on this VM.
 */
export interface SyslogClient extends SyslogNet {
    report: SyslogReport
    /** The queue, and the options in force. */
    outbox: Outbox
    /** The connection; undefined while there is none. */
    connection: SyslogConnection
    /** Uptime when the oldest record of the batch was added, ms; 0: the batch is due. */
    firstAt: number
    /** Wakes the fiber; notified at each event of the connection. */
    wake: Signal
    /** Connections made since boot. */
    connects: number
    /** Connections in a row that took records and ended before one was known to have arrived. */
    tries: number
    /** Whether a connection is wanted, once a host is set. */
    isStarted: boolean
    /** Whether the fiber exists. */
    isRunning: boolean
    /** Whether the connection has to end: another owner wants the socket, options changed, or `stop`. */
    isInterrupted: boolean
    /** The last delay between attempts without its jitter, ms; undefined while there is no outage. */
    step: number
    /** Whether the last report was "connected"; undefined before the first one about a target. */
    saidConnected: boolean
    /** Uptime at which the whole allowance of reports is available again, ms. */
    reportsUntil: number
}
