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
 * The state of a syslog client: plain data, which plain functions work on, as classes and
 * methods take heap on this VM.
 */
export interface SyslogClient extends SyslogNet {
    report: SyslogReport
    /** What waits to be sent, and how. */
    outbox: Outbox
    /** The connection; undefined while there is none. */
    connection: SyslogConnection
    /** Uptime when the oldest waiting record came. */
    firstAt: number
    /** Wakes the fiber; notified at each event of the connection. */
    wake: Signal
    /** Connections made since start. */
    connects: number
    /** Connections in a row that took records, and ended without one of them known to arrive. */
    tries: number
    /** Whether there is to be a connection, once a host is set. */
    isStarted: boolean
    /** Whether the fiber is there. */
    isRunning: boolean
    /** The socket is wanted by others, the options changed, or we are to stop. */
    isInterrupted: boolean
    /** The delay before the last attempt, ms; undefined while there is no outage. */
    step: number
    /** Whether the last report was that there is a connection; undefined at first. */
    saidConnected: boolean
    /** Uptime until which the allowance of reports is used up, ms. */
    reportsUntil: number
}
