import * as ds from "@devicescript/core"
import { delayOf, nextStep } from "../net"
import { Channel, closeChannel, turn } from "./channel"
import type { SyslogClient } from "./client"
import { target } from "./options"
import { waitingBytes } from "./outbox"
import { ANSWER_LINGER_MS } from "./relp"

// The fiber that keeps the connection: claims the socket, connects, sends what waits, starts
// over with growing delays. An outage is said once and its end once, so that these records,
// which come back to us through the log, cannot feed themselves.

/** How long a connection must hold until the backoff starts again from its first delay, ms. */
const STABLE_MS = 1000
/** How long what was sent over TCP or TLS may take to arrive before the socket is given away. */
const LINGER_MS = 100
/** How often it is looked whether all has arrived, before the socket is given away, ms. */
export const POLL_MS = 10
const WARNING = 4
const INFO = 6

/** Has the fiber run, if it is to and does not. */
export function launch(client: SyslogClient): void {
    if (client.isRunning || !client.isStarted || !client.options.host) return
    client.isRunning = true
    run.start(client)
}

/** Ends the connection, or the wait for one. */
export function interrupt(client: SyslogClient): void {
    client.interrupted = true
    if (client.wake) client.wake.notify()
}

/** The root of the fiber: must not throw. */
async function run(client: SyslogClient): Promise<void> {
    while (client.isStarted && client.options.host) {
        client.interrupted = false
        let problem: string
        try {
            problem = await session(client)
        } catch (e: any) {
            problem = e.message ?? "" + e
        }
        if (!client.interrupted) await retreat(client, problem)
    }
    client.isRunning = false
}

/** One connection, from the claim of the socket until it is given back; says how it ended. */
async function session(client: SyslogClient): Promise<string | undefined> {
    const { arbiter, clock, options } = client
    const recall = () => interrupt(client)
    const lease = await arbiter.claim("syslog", recall)
    try {
        if (client.interrupted) return undefined
        const channel = new Channel(client)
        client.channel = channel
        await pause(client, options.connectMs, channel)
        if (channel.openedAt !== undefined) client.connects++
        else if (!client.interrupted && !channel.ended)
            channel.ended = `no answer within ${options.connectMs} ms`
        while (!channel.ended && !client.interrupted && !lease.isOver) {
            const next = turn(channel)
            // from here on a first line wakes us, also the one that is logged below
            client.isIdle = waitingBytes(client.outbox) === 0
            if (channel.isUp) held(client, channel)
            if (channel.ended) break
            await client.wake.wait(next)
            client.isIdle = false
        }
        // what was sent gets the time to arrive before the socket is given away
        const linger = channel.relp ? ANSWER_LINGER_MS : LINGER_MS
        const until = clock.millis() + linger
        while (
            !channel.ended &&
            client.window.bytes > 0 &&
            clock.millis() < until
        )
            await ds.sleep(POLL_MS)
        return channel.ended
    } finally {
        if (client.channel) closeChannel(client.channel)
        client.channel = undefined
        arbiter.release(lease)
    }
}

/** Says after an outage that records are taken; once that has held, delays start anew. */
function held(client: SyslogClient, channel: Channel): void {
    if (client.clock.millis() - channel.openedAt >= STABLE_MS)
        client.step = undefined
    if (client.saidConnected) return
    client.saidConnected = true
    client.report(INFO, `connected to ${target(client.options)}`)
}

/** Says an outage once, and waits until it is time for the next attempt. */
async function retreat(client: SyslogClient, problem: string): Promise<void> {
    const { options } = client
    if (client.saidConnected !== false) {
        client.saidConnected = false
        client.report(
            WARNING,
            `no connection to ${target(options)}: ${problem}`
        )
    }
    client.step = nextStep(options.backoff, client.step)
    await pause(client, delayOf(client.step))
}

/** Waits `ms`, or until the channel is open or over; an interruption ends it. */
async function pause(
    client: SyslogClient,
    ms: number,
    channel?: Channel
): Promise<void> {
    const { clock } = client
    const until = clock.millis() + ms
    while (ms > 0 && !client.interrupted) {
        if (channel && (channel.openedAt !== undefined || channel.ended)) return
        await client.wake.wait(ms)
        ms = until - clock.millis()
    }
}
