import { RelpState, SyslogClient } from "./client"
import { arrive, clearGap } from "./outbox"

// RELP, version 0 (rsyslog's imrelp, librelp): the server answers each command. Records that were
// not answered when a connection ended are sent again on the next one. Commands are numbered in the
// order of sending.

/** The first command, with its number and length. RELP specification, command "open". */
export const OPEN =
    "1 open 51 relp_version=0\nrelp_software=fiberd\ncommands=syslog\n"
/** The connection is ended after this TXNR; the largest is 999,999,999: specification, "RELP frame". */
const MAX_TXNR = 999990000
/** Above this number of unanswered commands nothing more is sent. */
export const MAX_FLYING = 64
/** Longest frame a server may send us: its answer to `open` has about 100 bytes. */
const MAX_FRAME_BYTES = 1024
/** How long a server that owes answers may take for the next one, whatever else it sends, ms. */
const ANSWER_MS = 10000
/** Most characters of a server's refusal that a report repeats. */
const MAX_REASON = 64
const NO_SERVER = "no RELP server"
/** Marks a command that was answered before an earlier one. */
const ANSWERED = -1

/** The state of a connection before its first command, which is `open`; from JSON, for less code. */
export function newRelp(): RelpState {
    return JSON.parse(
        '{"txnr":1, "flying":[0], "gapTxnr":0, "progressAt":0, "answer":""}'
    )
}

/** Notes `count` commands as sent: frames from `sent` on, or one declaration of a gap. */
export function sentCommands(client: SyslogClient, count: number): void {
    const { relp } = client
    for (let i = 0; i < count; ++i) relp.flying.push(client.sent + i)
    relp.txnr += count
}

/**
 * Ends a connection whose server owes an answer for too long, or whose numbers are used up.
 * @returns uptime when an answer is overdue, ms
 */
export function answersDue(client: SyslogClient, now: number): number {
    const { relp } = client
    if (!relp.flying.length) relp.progressAt = now
    const due = relp.progressAt + ANSWER_MS
    if (now >= due) client.ended = `no answer for ${ANSWER_MS} ms`
    if (relp.txnr > MAX_TXNR) client.ended = "all numbers used"
    return due
}

/** Takes what the server sends. */
export function receiveRelp(client: SyslogClient, data: Buffer): void {
    const { relp } = client
    relp.answer = relp.answer + data.toString()
    while (!client.ended && takeFrame(client));
    if (relp.answer.length > MAX_FRAME_BYTES) client.ended = NO_SERVER
    client.wake.notify()
}

/**
 * Takes one frame, `TXNR SP COMMAND SP DATALEN [SP DATA] LF`, off what was received; servers answer
 * in ASCII. Returns false when there is no whole frame.
 */
function takeFrame(client: SyslogClient): boolean {
    const { relp } = client
    const { answer } = relp
    const first = answer.indexOf(" ")
    const second = answer.indexOf(" ", first + 1)
    if (second < 0 || second + 1 === answer.length) return false
    const txnr = parseInt(answer)
    const size = parseInt(answer.slice(second + 1))
    if (!(size >= 0)) {
        client.ended = NO_SERVER
        return false
    }
    const at = second + 1 + ("" + size).length + Math.min(size, 1)
    const end = at + size
    if (answer.length <= end) return false
    relp.answer = answer.slice(end + 1)
    const command = answer.slice(first + 1, second)
    take(client, txnr, command, answer.slice(at, end))
    return true
}

function take(
    client: SyslogClient,
    txnr: number,
    command: string,
    data: string
): void {
    if (command === "serverclose") client.ended = "closed by the server"
    else if (command !== "rsp") client.ended = NO_SERVER
    else if (data.indexOf("200", 0, 1) >= 0) acknowledge(client, txnr)
    // the answer to our close is empty
    else if (data) client.ended = `refused: ${data.slice(0, MAX_REASON)}`
}

/** Notes the answer to a command: all frames before the first unanswered command have arrived. */
function acknowledge(client: SyslogClient, txnr: number): void {
    const { relp } = client
    const { flying } = relp
    const at = txnr - relp.txnr + flying.length - 1
    // not in flight, or answered before
    if (!(flying[at] >= 0)) return
    relp.progressAt = client.clock.millis()
    if (txnr === 1) client.isUp = true
    else client.tries = 0
    if (txnr === relp.gapTxnr) {
        relp.gapTxnr = 0
        clearGap(client)
    }
    flying[at] = ANSWERED
    while (flying[0] === ANSWERED) flying.shift()
    arrive(client, flying[0] ?? client.sent)
}
