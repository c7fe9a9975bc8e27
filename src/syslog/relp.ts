import { ByteRing, QUEUED, RingCursor } from "../platform"
import type { SyslogConnection } from "./connection"
import { format } from "./format"
import { arrive, clearGap, inFlight, MAX_SEQUENCE, settle } from "./outbox"

// RELP, version 0 (rsyslog's imrelp, librelp): each record is answered. What was not when
// a connection broke is sent again on the next. A number is given to each record in the order of
// sending, so which record is answered is arithmetic.

/** How long what was sent may take to be answered before the socket is given away, ms. */
export const ANSWER_LINGER_MS = 1000
/** What we offer: RELP specification, command "open". */
const OFFER = "relp_version=0\nrelp_software=fiberd\ncommands=syslog"
/** Largest TXNR, after which they start again at 1: RELP specification, "RELP frame". */
const MAX_TXNR = 999999999
/** Bytes of the longest TXNR, ` syslog ` and the line feed. */
const FRAME_BYTES = 18
/** Longest frame a server may send us: its answer to `open` has about 100 bytes. */
const MAX_FRAME_BYTES = 1024
/** How long a server may take to answer, ms. */
const ANSWER_MS = 10000
/** Most answers kept that came before an earlier one. */
const MAX_EARLY = 128
/** Most characters of a server's reason that are repeated. */
const MAX_REASON = 64

/** What RELP knows of one connection. */
export interface Relp {
    /** TXNR of the last command. */
    txnr: number
    /** TXNR of the command that is to be answered next, and number of the frame that it sent. */
    awaited: number
    frame: number
    /** TXNR of a record that declares a gap; 0 while none is in flight. */
    gapTxnr: number
    /** TXNRs that were answered before an earlier one. */
    readonly early: number[]
    /** Uptime when the server was last heard, or had nothing to answer. */
    progressAt: number
    /** Start of a frame whose end has not come. */
    rest: string
}

/**
 * What is known of a new connection.
 * @param frame number of the first frame that will be sent
 */
export function newRelp(frame: number): Relp {
    // 1 is the TXNR of `open`
    return {
        txnr: 1,
        awaited: 2,
        frame,
        gapTxnr: 0,
        early: [],
        progressAt: 0,
        rest: "",
    }
}

/** Greets the server of a connection that was just opened. */
export function openRelp(connection: SyslogConnection): void {
    connection.relp.progressAt = connection.openedAt
    const open = `1 open ${OFFER.length} ${OFFER}\n`
    if (connection.stream.write(open) !== QUEUED)
        connection.ended = "open not sent"
}

/** Says goodbye. */
export function leaveRelp({ relp, stream }: SyslogConnection): void {
    stream.write(`${nextTxnr(relp.txnr)} close 0\n`)
}

/** Gives a server up that owes answers for too long; returns when that would be, in ms. */
export function tickRelp(
    connection: SyslogConnection,
    now: number
): number | undefined {
    const { relp, client, isUp } = connection
    if (isUp && inFlight(client.outbox) === 0 && relp.gapTxnr === 0) {
        relp.progressAt = now
        return undefined
    }
    const left = relp.progressAt + ANSWER_MS - now
    if (left <= 0) connection.ended = `no answer for ${ANSWER_MS} ms`
    return left
}

/**
 * The frames between two places of a ring that lie in one piece, as commands.
 * @param cursor settled; it is moved over the frames
 * @param size bytes of the frames
 */
export function relpFrames(
    { txnr }: Relp,
    ring: ByteRing,
    cursor: RingCursor,
    size: number,
    count: number
): Buffer {
    const data = Buffer.alloc(size + count * FRAME_BYTES)
    let at = 0
    for (let i = 0; i < count; ++i) {
        txnr = nextTxnr(txnr)
        const command = `${txnr} syslog `
        data.blitAt(at, command, 0, command.length)
        at += command.length
        const from = cursor.at
        const frame = ring.advance(cursor, 1, 1)
        // in octet counting, a length comes first here as well
        ring.copyTo(data, at, from, frame)
        at += frame
        data[at++] = LINE_FEED
    }
    return data.slice(0, at)
}

/** One message in octet counting, as a command. */
export function relpFrame({ txnr }: Relp, frame: string): string {
    return format("{0} syslog {1}\n", nextTxnr(txnr), frame)
}

/** So many frames were sent. */
export function sentRelp(relp: Relp, count: number): void {
    for (let i = 0; i < count; ++i) relp.txnr = nextTxnr(relp.txnr)
}

/** A record that declares the gap was sent. */
export function sentGapRelp(relp: Relp): void {
    relp.gapTxnr = relp.txnr = nextTxnr(relp.txnr)
}

/** Takes what the server sends. */
export function receiveRelp(connection: SyslogConnection, data: Buffer): void {
    const { relp, client } = connection
    relp.progressAt = client.clock.millis()
    relp.rest = relp.rest + data.toString()
    while (!connection.ended && takeFrame(connection));
    if (relp.rest.length > MAX_FRAME_BYTES) connection.ended = NO_SERVER
    client.wake.notify()
}

/**
 * Takes one frame, `TXNR SP COMMAND SP DATALEN [SP DATA] LF`, off what came; servers answer in
 * ASCII. Returns false when there is no whole one.
 */
function takeFrame(connection: SyslogConnection): boolean {
    const { relp } = connection
    const { rest } = relp
    const first = rest.indexOf(" ")
    const second = first < 0 ? -1 : rest.indexOf(" ", first + 1)
    if (second < 0) return false
    let at = second + 1
    while (at < rest.length && " \n".indexOf(rest[at]) < 0) at++
    if (at === rest.length) return false
    const txnr = parseInt(rest.slice(0, first))
    const size = parseInt(rest.slice(second + 1, at))
    if (size > 0) at++
    const end = at + size
    if (!(txnr >= 0 && size >= 0)) connection.ended = NO_SERVER
    else if (rest.length <= end) return false
    else {
        const command = rest.slice(first + 1, second)
        take(connection, txnr, command, rest.slice(at, end))
    }
    relp.rest = rest.slice(end + 1)
    return true
}

function take(
    connection: SyslogConnection,
    txnr: number,
    command: string,
    data: string
): void {
    if (command === "serverclose") {
        connection.isClosed = true
        connection.ended = "closed by the server"
    } else if (command !== "rsp") connection.ended = NO_SERVER
    else if (!data.startsWith("200")) {
        // the answer to our close is empty
        if (data) connection.ended = `refused: ${data.slice(0, MAX_REASON)}`
    } else if (txnr === 1) connection.isUp = true
    else acknowledge(connection, txnr)
}

/** A command was answered: moves on over all that were, in their order. */
function acknowledge(connection: SyslogConnection, txnr: number): void {
    const { relp, client } = connection
    const { outbox: out } = client
    const { early } = relp
    if (txnr !== relp.awaited) {
        if (early.length < MAX_EARLY) early.push(txnr)
        return
    }
    client.tries = 0
    let at = 0
    while (at >= 0) {
        if (relp.awaited === relp.gapTxnr) {
            relp.gapTxnr = 0
            if (out.isDeclared) clearGap(out)
        } else relp.frame++
        relp.awaited = nextTxnr(relp.awaited)
        at = early.indexOf(relp.awaited)
        if (at >= 0) early.insert(at, -1)
    }
    settle(out)
    const { ring, marked } = out
    // records that were pushed out of the ring meanwhile have arrived as well
    if (out.pending > 0)
        out.pending = Math.max(
            0,
            Math.min(out.pending, out.pendingTo - relp.frame)
        )
    ring.rewind(marked)
    // at most two pieces of the ring
    for (let i = 0; i < 2 && marked.frame < relp.frame; ++i) {
        ring.advance(marked, MAX_SEQUENCE, relp.frame - marked.frame)
        ring.settle(marked)
    }
    arrive(out, marked)
}

function nextTxnr(txnr: number): number {
    return txnr < MAX_TXNR ? txnr + 1 : 1
}

const LINE_FEED = 10
const NO_SERVER = "no RELP server"
