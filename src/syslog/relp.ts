import type { SyslogConnection } from "./connection"
import { arrive, clearGap } from "./outbox"

// RELP, version 0 (rsyslog's imrelp, librelp): the server answers each command. Records that were
// not answered when a connection ended are sent again on the next one. Commands are numbered in the
// order of sending.

/** The first command, with its number and length. RELP specification, command "open". */
const OPEN = "1 open 51 relp_version=0\nrelp_software=fiberd\ncommands=syslog\n"
/** The connection is ended after this TXNR; the largest is 999,999,999: specification, "RELP frame". */
const MAX_TXNR = 999990000
/** Above this number of unanswered commands nothing more is sent. */
export const MAX_FLYING = 64
/** Longest frame a server may send us: its answer to `open` has about 100 bytes. */
const MAX_FRAME_BYTES = 1024
/** How long a server that owes an answer may be silent, ms. */
const ANSWER_MS = 10000
/** Most characters of a server's refusal that a report repeats. */
const MAX_REASON = 64
const NO_SERVER = "no RELP server"
/** Marks a command that was answered before an earlier one. */
const ANSWERED = -1
/** The state of a new connection, as JSON: `open` is its first command. */
const NEW = '{"txnr":1, "flying":[0], "gapTxnr":0, "progressAt":0, "rest":""}'

/** State of RELP on one connection. */
export interface Relp {
    /** TXNR of the last command. */
    txnr: number
    /**
     * The commands from the first unanswered one to the last one: for each the number of its frame;
     * 0 for `open`, the number of the next frame for a declaration, ANSWERED for answered ones.
     */
    flying: number[]
    /** TXNR of a record that declares a gap; 0 while none is in flight. */
    gapTxnr: number
    /** Uptime when the server was last heard or owed no answer, ms. */
    progressAt: number
    /** Start of a frame whose end has not arrived. */
    rest: string
}

export function newRelp(): Relp {
    return JSON.parse(NEW)
}

/** Sends `open` on a connection that was just opened. */
export function openRelp({ relp, stream, openedAt }: SyslogConnection): void {
    relp.progressAt = openedAt
    stream.write(OPEN)
}

/** Notes `count` commands as sent: frames from `outbox.sent` on, or one declaration of a gap. */
export function sentCommands(
    { relp, client }: SyslogConnection,
    count: number
): void {
    const { sent } = client.outbox
    for (let i = 0; i < count; ++i) relp.flying.push(sent + i)
    relp.txnr += count
}

/**
 * Ends a connection whose server owes an answer for too long, or whose numbers are used up.
 * @returns uptime when an answer is overdue, ms
 */
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
 * Takes one frame, `TXNR SP COMMAND SP DATALEN [SP DATA] LF`, off what was received; servers answer
 * in ASCII. Returns false when there is no whole frame.
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

/** Notes the answer to a command: all frames before the first unanswered command have arrived. */
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
