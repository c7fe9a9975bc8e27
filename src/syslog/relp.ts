import { QUEUED, WriteResult } from "../platform"
import { Batches, removeBatch, replaceBatch } from "./batches"
import type { Channel } from "./channel"
import { format } from "./format"
import { frame, splitFrames } from "./framing"
import { SyslogOptions } from "./options"

// RELP, version 0 (rsyslog's imrelp, librelp): each record is answered. What was not when
// a connection broke is kept in the window and sent again on the next.

/** How long what was sent may take to be answered before the socket is given away, ms. */
export const ANSWER_LINGER_MS = 1000
/** What we offer: RELP specification, command "open". */
const OFFER = "relp_version=0\nrelp_software=fiberd\ncommands=syslog"
/** Largest TXNR, after which they start again at 1: RELP specification, "RELP frame". */
const MAX_TXNR = 999999999
/** Longest frame a server may send us: its answer to `open` has about 100 bytes. */
const MAX_FRAME_BYTES = 1024
/** How long a server may take to answer, ms. */
const ANSWER_MS = 10000
/** Room in the window that the next batch may need, bytes. */
const ROOM_BYTES = 1024

/** What RELP knows of one connection. */
export interface Relp {
    txnr: number
    /** Uptime when the server was last heard, or had nothing to answer. */
    progressAt: number
    /** Start of a frame whose end has not come. */
    rest: string
    /**
     * For each batch of the window that was sent on this connection, which are its first ones:
     * the numbers of its messages, 0 once answered.
     */
    readonly numbers: number[][]
}

/** What is known of a new connection. */
export function newRelp(): Relp {
    return { txnr: 1, progressAt: 0, rest: "", numbers: [] }
}

/** Whether another batch may be sent: none is forgotten before it was answered. */
export function hasRoom(
    { bytes }: Batches,
    { windowBytes }: SyslogOptions
): boolean {
    return !(bytes > 0) || bytes + ROOM_BYTES <= windowBytes
}

/** Greets the server of a connection that was just opened. */
export function openRelp(channel: Channel): void {
    channel.relp.progressAt = channel.openedAt
    if (channel.connection.write(relpFrame(1, "open", OFFER)) !== QUEUED)
        channel.ended = "open not sent"
}

/** Takes what the server sends. */
export function receiveRelp(channel: Channel, data: Buffer): void {
    const { relp, client } = channel
    relp.progressAt = client.clock.millis()
    relp.rest = relp.rest + data.toString()
    while (!channel.ended && takeFrame(channel));
    if (relp.rest.length > MAX_FRAME_BYTES) channel.ended = "no RELP server"
    client.wake.notify()
}

/** Gives a server up that owes answers for too long; returns when that would be, in ms. */
export function tickRelp(channel: Channel, now: number): number | undefined {
    const { relp, client } = channel
    if (channel.isUp && client.window.bytes === 0) {
        relp.progressAt = now
        return undefined
    }
    const left = relp.progressAt + ANSWER_MS - now
    if (left <= 0) channel.ended = `no answer for ${ANSWER_MS} ms`
    return left
}

/** Sends the messages of a batch, each under a number of its own, in one write. */
export function writeRelp(channel: Channel, data: Buffer): WriteResult {
    const { relp } = channel
    const frames: string[] = []
    const numbers: number[] = []
    let { txnr } = relp
    for (const message of splitFrames(data, false)) {
        txnr = nextTxnr(txnr)
        numbers.push(txnr)
        frames.push(relpFrame(txnr, "syslog", message))
    }
    const result = channel.connection.write(frames.join(""))
    if (result === QUEUED) {
        relp.txnr = txnr
        relp.numbers.push(numbers)
    }
    return result
}

/** Says goodbye, and leaves in the window only what was not answered. */
export function leaveRelp(channel: Channel): void {
    const { client, relp } = channel
    if (!channel.ended && channel.isUp)
        channel.connection.write(relpFrame(nextTxnr(relp.txnr), "close", ""))
    const { window } = client
    for (let i = 0; i < relp.numbers.length; ++i) {
        const numbers = relp.numbers[i]
        const kept: string[] = []
        const messages = splitFrames(window.data[i], false)
        for (let at = 0; at < messages.length; ++at)
            if (numbers[at] > 0) kept.push(frame(messages[at], false))
        const answered = window.counts[i] - kept.length
        if (answered <= 0) continue
        replaceBatch(window, i, Buffer.from(kept.join("")))
        window.counts[i] -= answered
        client.delivered += answered
    }
}

/**
 * Takes one frame, `TXNR SP COMMAND SP DATALEN [SP DATA] LF`, off what came; servers answer in
 * ASCII. Returns false when there is no whole one.
 */
function takeFrame(channel: Channel): boolean {
    const { relp } = channel
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
    if (!(txnr >= 0 && size >= 0)) channel.ended = "no RELP server"
    else if (rest.length <= end) return false
    else take(channel, txnr, rest.slice(first + 1, second), rest.slice(at, end))
    relp.rest = rest.slice(end + 1)
    return true
}

function take(
    channel: Channel,
    txnr: number,
    command: string,
    data: string
): void {
    if (command === "serverclose") channel.ended = "closed by the server"
    else if (command !== "rsp") channel.ended = "no RELP server"
    else if (!data.startsWith("200")) {
        // the answer to our close is empty
        if (data) channel.ended = `refused: ${data.slice(0, 64)}`
    } else if (!channel.isUp) channel.isUp = true
    else acknowledge(channel, txnr)
}

function acknowledge({ relp, client }: Channel, txnr: number): void {
    for (let i = 0; i < relp.numbers.length; ++i) {
        const numbers = relp.numbers[i]
        const at = numbers.indexOf(txnr)
        if (at < 0) continue
        numbers[at] = 0
        if (!numbers.some(number => number > 0)) {
            relp.numbers.insert(i, -1)
            client.delivered += removeBatch(client.window, i)
        }
        return
    }
}

function nextTxnr(txnr: number): number {
    return txnr < MAX_TXNR ? txnr + 1 : 1
}

function relpFrame(txnr: number, command: string, data: string): string {
    const size = data.byteLength
    return size > 0
        ? format("{0} {1} {2} {3}\n", txnr, command, size, data)
        : format("{0} {1} 0\n", txnr, command)
}
