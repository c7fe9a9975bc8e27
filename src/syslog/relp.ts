import type { SyslogConnection } from "./connection"
import { arrive, clearGap } from "./outbox"

// RELP, version 0 (rsyslog's imrelp, librelp): each record is answered. What was not when
// a connection broke is sent again on the next. Numbers are given to commands in the order of
// sending.

/** The first command: what we offer, after its length. RELP specification, command "open". */
const OPEN = "1 open 51 relp_version=0\nrelp_software=fiberd\ncommands=syslog\n"
/** A connection ends before the largest TXNR: RELP specification, "RELP frame". */
const MAX_TXNR = 999990000
/** Most commands that may be unanswered when more is sent. */
export const MAX_FLYING = 64
/** Longest frame a server may send us: its answer to `open` has about 100 bytes. */
const MAX_FRAME_BYTES = 1024
/** How long a server may take to answer, ms. */
const ANSWER_MS = 10000
/** Most characters of a server's reason that are repeated. */
const MAX_REASON = 64
const NO_SERVER = "no RELP server"
/** Stands for a command that was answered before an earlier one. */
const ANSWERED = -1
/** What is known of a new connection: `open` is its first command. */
const NEW = '{"txnr":1, "flying":[0], "gapTxnr":0, "progressAt":0, "rest":""}'

/** What RELP knows of one connection. */
export interface Relp {
    /** TXNR of the last command. */
    txnr: number
    /**
     * The commands that are not answered, up to the last one: for each the number of the first
     * frame that is not acknowledged before it is.
     */
    flying: number[]
    /** TXNR of a record that declares a gap; 0 while none is in flight. */
    gapTxnr: number
    /** Uptime when the server was last heard, or had nothing to answer. */
    progressAt: number
    /** Start of a frame whose end has not come. */
    rest: string
}

export function newRelp(): Relp {
    return JSON.parse(NEW)
}

/** Greets the server of a connection that was just opened. */
export function openRelp({ relp, stream, openedAt }: SyslogConnection): void {
    relp.progressAt = openedAt
    stream.write(OPEN)
}

/** So many commands were sent: frames from the next one to send on, or a record about a gap. */
export function sentCommands(
    { relp, client }: SyslogConnection,
    count: number
): void {
    const { sent } = client.outbox
    for (let i = 0; i < count; ++i) relp.flying.push(sent + i)
    relp.txnr += count
}

/** Gives a server up that owes answers for too long; returns the uptime when that would be. */
export function answersDue(connection: SyslogConnection, now: number): number {
    const { relp } = connection
    if (!relp.flying.length) relp.progressAt = now
    const due = relp.progressAt + ANSWER_MS
    if (now >= due) connection.ended = `no answer for ${ANSWER_MS} ms`
    if (relp.txnr > MAX_TXNR) connection.ended = "all numbers used"
    return due
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
    const second = rest.indexOf(" ", first + 1)
    if (second < 0 || second + 1 === rest.length) return false
    const txnr = parseInt(rest)
    const size = parseInt(rest.slice(second + 1))
    if (!(txnr >= 0 && size >= 0)) {
        connection.ended = NO_SERVER
        return false
    }
    const at = second + 1 + ("" + size).length + Math.min(size, 1)
    const end = at + size
    if (rest.length <= end) return false
    relp.rest = rest.slice(end + 1)
    const command = rest.slice(first + 1, second)
    take(connection, txnr, command, rest.slice(at, end))
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
    else if (data.indexOf("200", 0, 1) >= 0) acknowledge(connection, txnr)
    // the answer to our close is empty
    else if (data) connection.ended = `refused: ${data.slice(0, MAX_REASON)}`
}

/** A command was answered: all before the first that was not have arrived. */
function acknowledge(connection: SyslogConnection, txnr: number): void {
    const { relp, client } = connection
    const { flying } = relp
    const { outbox: out } = client
    const at = txnr - relp.txnr + flying.length - 1
    if (!(at >= 0 && at < flying.length)) return
    if (txnr === 1) connection.isUp = true
    else client.tries = 0
    if (txnr === relp.gapTxnr) {
        relp.gapTxnr = 0
        if (out.isDeclared) clearGap(out)
    }
    flying[at] = ANSWERED
    while (flying[0] === ANSWERED) flying.shift()
    arrive(out, flying.length ? flying[0] : out.sent)
}
