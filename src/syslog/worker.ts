import * as ds from "@devicescript/core"
import { INFO, WARNING } from "../log"
import { delayOf, Lease, nextStep } from "../net"
import type { SyslogClient } from "./client"
import {
    closeConnection,
    IDLE_MS,
    PROBE_MS,
    SyslogConnection,
    turn,
} from "./connection"
import { target } from "./options"
import {
    clearGap,
    giveUp,
    inFlight,
    passMark,
    rewind,
    setMark,
    settle,
} from "./outbox"

// The fiber that keeps the connection: it claims the socket, connects, sends what is queued, and
// connects again after growing delays. Its reports come back through the log as records to be sent.
// So they are limited: a collector that closes after each write must not cause records without end.

/** How long a connection must hold until it ends an outage and resets the delays, ms. */
const STABLE_MS = 1000
/**
 * Connections in a row that took the same records in vain, after which these (with relp the first
 * of them) are given up and declared as a gap. With relp it is connections that ended without an
 * answer, with tcp and tls those that the peer closed in order before they had held (ARRIVED_MS).
 */
export const MAX_TRIES = 5
/** Longest wait for answers before the socket is given back, ms. */
const ANSWER_LINGER_MS = 1000
/** What a report takes off the allowance, and the whole of it, ms: 6 at once, then 2 a minute. */
const REPORT_MS = 30000
const REPORTS_MS = 180000
/** Time between two looks whether everything has arrived, before the socket is given back, ms. */
export const POLL_MS = 10

/** Starts the fiber unless it is running, is not wanted or has no host. */
export function launch(client: SyslogClient): void {
    const { isRunning, isStarted, outbox } = client
    if (isRunning || !isStarted || !outbox.options.host) return
    client.isRunning = true
    run.start(client)
}

/** Ends the connection, or the wait for one. */
export function interrupt(client: SyslogClient): void {
    client.isInterrupted = true
    client.wake.notify()
}

/** The root of the fiber: must not throw. */
async function run(client: SyslogClient): Promise<void> {
    const { arbiter, outbox } = client
    const recall = () => interrupt(client)
    while (client.isStarted && outbox.options.host) {
        client.isInterrupted = false
        let lease: Lease
        let problem: string
        try {
            lease = await arbiter.claim("syslog", recall)
            problem = await session(client, lease)
        } catch (e: any) {
            problem = e.message
        }
        leave(client)
        if (lease) arbiter.release(lease)
        if (!client.isInterrupted) await backOff(client, problem)
    }
    client.isRunning = false
}

/** One connection, until it is over or interrupted; returns why it ended, undefined if interrupted. */
async function session(
    client: SyslogClient,
    lease: Lease
): Promise<string | undefined> {
    if (client.isInterrupted) return undefined
    const connection = new SyslogConnection(client)
    client.connection = connection
    while (!connection.ended && !client.isInterrupted && !lease.isOver) {
        const wait = turn(connection)
        const stable = markConnected(client, connection)
        if (!connection.ended) await client.wake.wait(Math.min(wait, stable))
    }
    if (!lease.isOver) await linger(client, connection)
    return connection.ended
}

/**
 * Gives what was sent time to arrive before the socket is given back: until it is answered, or
 * until a reset would have come back. So nothing is sent twice after an orderly end.
 */
async function linger(
    client: SyslogClient,
    connection: SyslogConnection
): Promise<void> {
    const { outbox: out } = client
    const { relp, isUp } = connection
    if (!isUp || connection.ended) return
    // nothing more is sent
    connection.isUp = false
    // counts looks and not time: a board that was held up may learn of the end late
    let looks = (relp ? ANSWER_LINGER_MS : PROBE_MS) / POLL_MS
    while (
        !connection.ended &&
        (inFlight(out) > 0 || out.isDeclared) &&
        looks-- > 0
    )
        await ds.sleep(POLL_MS)
    if (relp || connection.ended || connection.rest || client.tries > 0) return
    settle(out)
    setMark(out, 0)
    passMark(out, 0)
    if (out.isDeclared) clearGap(out)
}

/** Ends the connection: what it took in vain is sent again, or given up after too many tries. */
function leave(client: SyslogClient): void {
    const { connection, outbox } = client
    client.connection = undefined
    if (connection) {
        if (connection.ended) countTry(client, connection)
        closeConnection(connection)
    }
    rewind(outbox)
}

/** Counts a connection that took records in vain; gives them up after too many. */
function countTry(client: SyslogClient, connection: SyslogConnection): void {
    const { outbox: out } = client
    const { relp } = connection
    settle(out)
    // no collector at all is not a collector that refuses
    if (connection.openedAt === undefined) client.tries = 0
    if (inFlight(out) === 0 && !out.isDeclared) return
    // anything on the way may have sent a reset; a connection that has held did take records
    if (!relp && (!connection.isClosed || out.hasHeld)) return
    client.tries++
    if (client.tries < MAX_TRIES) return
    client.tries = 0
    // a server that refuses the declaration of a gap does not get it
    if (relp && relp.txnr - relp.flying.length + 1 === relp.gapTxnr) out.gap = 0
    else
        giveUp(
            out,
            relp ? out.acked + 1 : out.sent,
            `given up after ${MAX_TRIES} tries`
        )
}

/**
 * Reports the end of an outage and resets the delays, once the connection has held for STABLE_MS.
 * @returns ms until then
 */
function markConnected(
    client: SyslogClient,
    connection: SyslogConnection
): number {
    if (!connection.isUp) return IDLE_MS
    const left = connection.openedAt + STABLE_MS - client.clock.millis()
    if (left <= 0) client.step = undefined
    // the first connection ends no outage
    const isKnown = left <= 0 || client.saidConnected === undefined
    if (isKnown && !client.saidConnected && mayReport(client)) {
        client.saidConnected = true
        client.report(INFO, `connected to ${target(client.outbox.options)}`)
    }
    return left > 0 ? left : IDLE_MS
}

/** Reports an outage once, and waits until the next attempt is due. */
async function backOff(client: SyslogClient, problem: string): Promise<void> {
    const { clock, wake } = client
    const { options } = client.outbox
    if (client.saidConnected !== false && mayReport(client)) {
        client.saidConnected = false
        // the VM's socket puts its address first: `tcp://host:514: connect ...`
        if (problem.indexOf("://") === 3)
            problem = problem.slice(problem.indexOf(": ") + 2)
        client.report(
            WARNING,
            `no connection to ${target(options)}: ${problem}`
        )
    }
    client.step = nextStep(options.backoff, client.step)
    const until = clock.millis() + delayOf(client.step)
    while (!client.isInterrupted && clock.millis() < until)
        await wake.wait(until - clock.millis())
}

/** Whether a report may be made; takes it off the allowance. */
function mayReport(client: SyslogClient): boolean {
    const now = client.clock.millis()
    const until = Math.max(client.reportsUntil, now) + REPORT_MS
    if (until > now + REPORTS_MS) return false
    client.reportsUntil = until
    return true
}
