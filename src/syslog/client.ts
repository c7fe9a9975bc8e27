import { SocketArbiter } from "../net"
import { AtOnce, Clock, Connection, Signal, SocketListener } from "../platform"
import { Outbox } from "./outbox"

/** What syslog needs of the board. */
export interface SyslogNet {
    clock: Clock
    /** Lends the socket. */
    arbiter: SocketArbiter
}

/** Takes reports about the connection: severity and text. Must not throw. */
export type SyslogReport = (level: number, message: string) => AtOnce

/**
 * The whole state of a syslog client in one object, allocated at the start: the queue, the fiber, and
 * the connection, of which the socket reports to it. It is data with plain functions, since classes
 * and methods take heap on this VM.
 */
export interface SyslogClient
    extends Outbox, SyslogNet, LinkState, SocketListener {
    report: SyslogReport
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

/** State of the connection. */
interface LinkState {
    /** The connection; null while there is none. */
    stream: Connection
    /** Whether the peer has shown that it takes records. */
    isUp: boolean
    /** Why the connection is over, or has to be given up; empty while it is usable. */
    ended: string
    /** Uptime of the first write that was refused, ms; negative after one that was taken. */
    blockedSince: number
    /** Pieces of a batch whose first ones were taken: they are sent before anything else. */
    rest: Buffer[]
    /** Uptime when it was opened, ms; negative before. */
    openedAt: number
    /** Uptime when the connection was begun or opened, or last took a write of the fiber, ms. */
    sentAt: number
    /** Uptime of the last look whether it holds, ms. */
    lookedAt: number
    /** State of RELP; null with another transport. */
    relp: RelpState
    /** Whether frames are sent in another framing than octet counting, in which they are kept. */
    isReframed: boolean
    /** Most bytes of one batch: at most PIECE_BYTES of reframed records, which are in one piece. */
    batchBytes: number
}

/** State of RELP on a connection. */
export interface RelpState {
    /** TXNR of the last command. */
    txnr: number
    /**
     * The commands from the first unanswered one to the last one: for each the number of its frame;
     * 0 for `open`, the number of the next frame for a declaration, ANSWERED for answered ones.
     */
    flying: number[]
    /** TXNR of a record that declares a gap; 0 while none is in flight. */
    gapTxnr: number
    /** Uptime when the server last answered a command, or owed no answer, ms. */
    progressAt: number
    /** Start of a frame of the server whose end has not arrived. */
    answer: string
}
