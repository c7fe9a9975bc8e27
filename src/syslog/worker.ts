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

// The fiber that keeps the connection: claims the socket, connects, sends what is queued, starts
// over with growing delays. Reports about it come back to us through the log as records to
// be sent; so they are few, and a collector that closes after each write cannot feed on them.

/** How long a connection must hold until it ends an outage and resets the delays, ms. */
const STABLE_MS = 1000
/**
 * Connections in a row that take the same record, and end without an answer (relp) or in order
 * within PROBE_MS (tcp, tls), until what they took is given up, declared, and left out.
 */
export const MAX_TRIES = 5
/** How long what was sent may take to be answered before the socket is given away, ms. */
const ANSWER_LINGER_MS = 1000
/** Time that a report takes off the allowance, and the whole of it: 6 at once, then 2 a minute. */
const REPORT_MS = 30000
const REPORTS_MS = 180000
/** How often it is looked whether all has arrived, before the socket is given away, ms. */
export const POLL_MS = 10

/** Starts the fiber, if it is to run and does not. */
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

/** One connection, until it is over or the socket is wanted; returns how it ended. */
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
 * Gives what was sent the time to arrive before the socket is given away: until it is answered,
 * or until a reset would have come back. So an orderly end sends nothing twice.
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
    // by looks and not by the clock: a board that was held up may know an end too late
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

/** The connection is over: what it took in vain is to be sent again, or given up. */
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
    // a reset of TCP may be anybody's; what had held before has taken what it could
    if (!relp && (!connection.isClosed || out.hasHeld)) return
    client.tries++
    if (client.tries < MAX_TRIES) return
    client.tries = 0
    // a server that refuses even the record about a gap will not hear of it
    if (relp && relp.txnr - relp.flying.length + 1 === relp.gapTxnr) out.gap = 0
    else
        giveUp(
            out,
            relp ? out.acked + 1 : out.sent,
            `given up after ${MAX_TRIES} tries`
        )
}

/**
 * Reports after an outage that records are taken, once that has held; then delays are reset.
 * @returns ms until that may be known
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

/** Says an outage once, and waits until it is time for the next attempt. */
async function backOff(client: SyslogClient, problem: string): Promise<void> {
    const { clock, wake } = client
    const { options } = client.outbox
    if (client.saidConnected !== false && mayReport(client)) {
        client.saidConnected = false
        // the VM's socket says its address first: `tcp://host:514: connect ...`
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
