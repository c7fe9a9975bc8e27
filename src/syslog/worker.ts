import * as ds from "@devicescript/core"
import { INFO, Level, WARNING } from "../log"
import { delayOf, Lease, nextStep, withoutAddress } from "../net"
import { SyslogClient } from "./client"
import {
    CLOSED,
    connect,
    disconnect,
    forget,
    IDLE_MS,
    PROBE_MS,
    turn,
} from "./connection"
import { target } from "./options"
import { arrive, clearGap, giveUp, inFlight, rewind, settle } from "./outbox"

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
/** What a report takes off the allowance, and the whole of it, ms: 6 at once, then 2 a minute. */
const REPORT_MS = 30000
const REPORTS_MS = 180000
/** Time between two looks whether everything has arrived, before the socket is given back, ms. */
export const POLL_MS = 10
/** Most of these looks: for the answers of RELP 1 s, for a reset PROBE_MS. */
const ANSWER_LOOKS = 100
const PROBE_LOOKS = PROBE_MS / POLL_MS

/** Starts the fiber unless it is running. It ends at once when no connection is wanted. */
export function launch(client: SyslogClient): void {
    if (client.isRunning) return
    client.isRunning = true
    run.start(client)
}

/** Whether a connection is wanted, and possible. */
function isWanted({ isStarted, options }: SyslogClient): boolean {
    return isStarted && !!options.host
}

/** Ends the connection, or the wait for one. */
export function interrupt(client: SyslogClient): void {
    client.isInterrupted = true
    client.wake.notify()
}

/** The root of the fiber: must not throw. */
async function run(client: SyslogClient): Promise<void> {
    const { arbiter } = client
    const recall = () => interrupt(client)
    while (isWanted(client)) {
        client.isInterrupted = false
        let lease: Lease
        try {
            lease = await arbiter.claim("syslog", recall)
            if (!client.isInterrupted) await session(client, lease)
        } catch (e: any) {
            client.ended = e.message
        }
        leave(client)
        if (lease) arbiter.release(lease)
        if (!client.isInterrupted) await backOff(client)
    }
    client.isRunning = false
}

/** One connection, until it is over or interrupted. */
async function session(client: SyslogClient, lease: Lease): Promise<void> {
    connect(client)
    while (!client.ended && !client.isInterrupted && !lease.isOver) {
        const wait = turn(client)
        const stable = markConnected(client)
        if (!client.ended) await client.wake.wait(Math.min(wait, stable))
    }
    if (!lease.isOver) await linger(client)
}

/**
 * Gives what was sent time to arrive before the socket is given back: until it is answered, or
 * until a reset would have come back. So nothing is sent twice after an orderly end.
 */
async function linger(client: SyslogClient): Promise<void> {
    const { relp } = client
    if (!client.isUp || client.ended) return
    // nothing more is sent
    client.isUp = false
    // counts looks and not time: a board that was held up may learn of the end late
    let looks = relp ? ANSWER_LOOKS : PROBE_LOOKS
    while (
        !client.ended &&
        (inFlight(client) > 0 || client.isDeclared) &&
        looks-- > 0
    )
        await ds.sleep(POLL_MS)
    if (relp || client.ended || client.rest || client.tries > 0) return
    settle(client)
    arrive(client, client.sent)
    clearGap(client)
}

/** Ends the connection: what it took in vain is sent again, or given up after too many tries. */
function leave(client: SyslogClient): void {
    if (client.stream) {
        if (client.ended) countTry(client)
        disconnect(client)
    }
    rewind(client)
    forget(client)
}

/** Counts a connection that took records in vain; gives them up after too many. */
function countTry(client: SyslogClient): void {
    const { relp } = client
    settle(client)
    // no collector at all is not a collector that refuses
    if (client.openedAt < 0) client.tries = 0
    if (inFlight(client) === 0 && !client.isDeclared) return
    // anything on the way may have sent a reset; a connection that has held did take records
    if (!relp && (client.ended !== CLOSED || client.hasHeld)) return
    client.tries++
    if (client.tries < MAX_TRIES) return
    client.tries = 0
    // a server that refuses the declaration of a gap does not get it
    if (relp && relp.txnr - relp.flying.length + 1 === relp.gapTxnr)
        client.gap = 0
    else
        giveUp(
            client,
            relp ? client.acked + 1 : client.sent,
            `given up after ${MAX_TRIES} tries`
        )
}

/**
 * Reports the end of an outage and resets the delays, once the connection has held for STABLE_MS.
 * @returns ms until then
 */
function markConnected(client: SyslogClient): number {
    if (!client.isUp) return IDLE_MS
    const left = client.openedAt + STABLE_MS - client.clock.millis()
    const isStable = left <= 0
    if (isStable) client.step = undefined
    // the first connection ends no outage
    if (isStable || client.saidConnected === undefined)
        report(client, true, INFO, `connected to ${target(client.options)}`)
    return isStable ? IDLE_MS : left
}

/** Reports an outage once, and waits until the next attempt is due. */
async function backOff(client: SyslogClient): Promise<void> {
    const { clock, options } = client
    const problem = withoutAddress(client.ended)
    report(
        client,
        false,
        WARNING,
        `no connection to ${target(options)}: ${problem}`
    )
    client.step = nextStep(options.backoff, client.step)
    const until = clock.millis() + delayOf(client.step)
    while (true) {
        const left = until - clock.millis()
        if (client.isInterrupted || left <= 0) return
        await client.wake.wait(left)
    }
}

/** Reports the state of the connection unless that was reported last, or the allowance is used up. */
function report(
    client: SyslogClient,
    isConnected: boolean,
    level: Level,
    message: string
): void {
    if (client.saidConnected === isConnected) return
    const now = client.clock.millis()
    const until = Math.max(client.reportsUntil, now) + REPORT_MS
    if (until > now + REPORTS_MS) return
    client.reportsUntil = until
    client.saidConnected = isConnected
    client.report(level, message)
}
