import * as ds from "@devicescript/core"
import { delayOf, nextStep } from "../net"
import type { SyslogClient } from "./client"
import {
    closeConnection,
    earlier,
    PROBE_MS,
    SyslogConnection,
    turn,
} from "./connection"
import { target } from "./options"
import {
    giveUp,
    inFlight,
    MAX_SEQUENCE,
    passMark,
    rewind,
    setMark,
    settle,
} from "./outbox"
import { ANSWER_LINGER_MS } from "./relp"

// The fiber that keeps the connection: claims the socket, connects, sends what waits, starts
// over with growing delays. What is said about it comes back to us through the log as records to
// be sent; so it is said seldom, and a collector that closes after each write cannot feed on it.

/** How long a connection must hold until it ends an outage and delays start anew, ms. */
const STABLE_MS = 1000
/**
 * Connections in a row that take the same record, and end without an answer (relp) or in order
 * within PROBE_MS (tcp, tls), until what they took is given up, declared, and left out.
 */
export const MAX_TRIES = 5
/** Time that a report takes off the allowance, and the whole of it: 6 at once, then 2 a minute. */
const REPORT_MS = 30000
const REPORTS_MS = 180000
/** How often it is looked whether all has arrived, before the socket is given away, ms. */
export const POLL_MS = 10
const WARNING = 4
const INFO = 6

/** Starts the fiber, if it is to run and does not. */
export function launch(client: SyslogClient): void {
    if (client.isRunning || !client.isStarted || !client.options.host) return
    client.isRunning = true
    run.start(client)
}

/** Ends the connection, or the wait for one. */
export function interrupt(client: SyslogClient): void {
    client.interrupted = true
    client.wake.notify()
}

/** The root of the fiber: must not throw. */
async function run(client: SyslogClient): Promise<void> {
    while (client.isStarted && client.options.host) {
        client.interrupted = false
        let problem: string
        try {
            problem = await session(client)
        } catch (e: any) {
            problem = e instanceof Error ? e.message : "" + e
        }
        if (!client.interrupted) await backOff(client, problem)
    }
    client.isRunning = false
}

/** One connection, from the claim of the socket until it is given back; says how it ended. */
async function session(client: SyslogClient): Promise<string | undefined> {
    const { arbiter, options, outbox } = client
    const recall = () => interrupt(client)
    const lease = await arbiter.claim("syslog", recall)
    try {
        if (client.interrupted) return undefined
        const connection = new SyslogConnection(client)
        client.connection = connection
        await pause(client, options.connectMs, connection)
        if (connection.openedAt !== undefined) client.connects++
        else if (!client.interrupted && !connection.ended)
            connection.ended = `no answer within ${options.connectMs} ms`
        while (!connection.ended && !client.interrupted && !lease.isOver) {
            const next = turn(connection)
            const stable = markConnected(client, connection)
            if (connection.ended) break
            await client.wake.wait(earlier(next, stable))
        }
        if (!lease.isOver) await linger(client, connection)
        return connection.ended
    } finally {
        const { connection } = client
        client.connection = undefined
        if (connection) {
            if (connection.ended) countTry(client, connection)
            closeConnection(connection)
        }
        rewind(outbox)
        arbiter.release(lease)
    }
}

/**
 * Gives what was sent the time to arrive before the socket is given away: until it is answered,
 * or until a reset would have come back. So an orderly end sends nothing twice.
 */
async function linger(
    client: SyslogClient,
    connection: SyslogConnection
): Promise<void> {
    const { clock, outbox: out } = client
    const { relp, isUp } = connection
    if (!isUp || connection.ended) return
    // nothing more is sent
    if (!relp) connection.isUp = false
    const since = Math.max(connection.sentAt ?? 0, connection.openedAt)
    const until = relp ? clock.millis() + ANSWER_LINGER_MS : since + PROBE_MS
    while (
        !connection.ended &&
        (inFlight(out) > 0 || out.isDeclared) &&
        clock.millis() < until
    )
        await ds.sleep(POLL_MS)
    if (relp || connection.ended || client.tries > 0) return
    settle(out)
    setMark(out, clock.millis())
    passMark(out, clock.millis())
}

/** Counts a connection that took records in vain; gives them up after too many. */
function countTry(client: SyslogClient, connection: SyslogConnection): void {
    const { outbox: out } = client
    const { relp } = connection
    settle(out)
    if (out.acked !== connection.ackedBefore) client.tries = 0
    if (inFlight(out) === 0 && !out.isDeclared) return
    // a reset of TCP may be anybody's, and what was sent then is kept
    if (!relp && !connection.isClosed) return
    client.tries++
    if (client.tries < MAX_TRIES) return
    client.tries = 0
    // a server that refuses even the record about a gap will not hear of it
    if (relp && relp.awaited === relp.gapTxnr) {
        out.gap = 0
        return
    }
    const reason = `given up after ${MAX_TRIES} tries`
    giveUp(out, relp ? 1 : MAX_SEQUENCE, reason)
}

/**
 * Says after an outage that records are taken, once that has held; then delays start anew.
 * @returns ms until that is known; undefined when it is
 */
function markConnected(
    client: SyslogClient,
    connection: SyslogConnection
): number | undefined {
    if (!connection.isUp) return undefined
    const left = connection.openedAt + STABLE_MS - client.clock.millis()
    if (left <= 0) client.step = undefined
    // the first connection ends no outage
    if (left > 0 && client.saidConnected === false) return left
    if (!client.saidConnected && mayReport(client)) {
        client.saidConnected = true
        client.report(INFO, `connected to ${target(client.options)}`)
    }
    return left > 0 ? left : undefined
}

/** Says an outage once, and waits until it is time for the next attempt. */
async function backOff(client: SyslogClient, problem: string): Promise<void> {
    const { options } = client
    if (client.saidConnected !== false && mayReport(client)) {
        client.saidConnected = false
        const where = target(options)
        const why = withoutAddress(problem)
        client.report(WARNING, `no connection to ${where}: ${why}`)
    }
    client.step = nextStep(options.backoff, client.step)
    await pause(client, delayOf(client.step))
}

/** The VM's socket says its address before what happened to it: `tcp://host:514: connect ...`. */
function withoutAddress(problem: string): string {
    const scheme = problem.indexOf("://")
    const end = scheme < 0 ? -1 : problem.indexOf(": ", scheme)
    return end < 0 || scheme > 4 ? problem : problem.slice(end + 2)
}

/** Whether something may be said; takes it off the allowance. */
function mayReport(client: SyslogClient): boolean {
    const now = client.clock.millis()
    const until = Math.max(client.reportsUntil, now) + REPORT_MS
    if (until > now + REPORTS_MS) return false
    client.reportsUntil = until
    return true
}

/** Waits `ms`, or until the connection is open or over; an interruption ends it. */
async function pause(
    client: SyslogClient,
    ms: number,
    connection?: SyslogConnection
): Promise<void> {
    const { clock } = client
    const until = clock.millis() + ms
    while (ms > 0 && !client.interrupted) {
        if (
            connection &&
            (connection.openedAt !== undefined || connection.ended)
        )
            return
        await client.wake.wait(ms)
        ms = until - clock.millis()
    }
}
