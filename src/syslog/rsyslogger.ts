import * as ds from "@devicescript/core"
import { Signal } from "../platform"
import { SyslogClient, SyslogNet, SyslogReport } from "./client"
import { attend, Client, forget } from "./connection"
import { SyslogEvent } from "./message"
import { completeOptions, SyslogOptions, target } from "./options"
import {
    applyOptions,
    inFlight,
    nextFrame,
    Outbox,
    settle,
    waitingBytes,
} from "./outbox"
import { interrupt, launch, POLL_MS } from "./worker"

/**
 * Account of syslog since boot; received = delivered + queued + dropped, always.
 * `delivered` means acknowledged (relp), or sent on a connection that held for 2 s after it, 0.3 s
 * when the window is full or the client disconnects (tcp, tls).
 */
export interface SyslogStats {
    /** As `tcp://collector:514`; empty while no host is set. */
    target: string
    /** Whether there is a connection. */
    connected: boolean
    /** Connections since boot. */
    connects: number
    /** Records taken since boot: the sum of delivered, queued and dropped. */
    received: number
    /** Records that have arrived, as far as the transport can tell. */
    delivered: number
    /** Records not sent yet, and records sent that may have to be sent again. */
    queued: number
    /** Those of `queued` that were sent. */
    sent: number
    /** Records lost since boot. */
    dropped: number
    /** Records that were in flight when a connection ended, each time; not part of the sum. */
    resent: number
    /** Records of the client's own that declared a gap and arrived; not part of the sum. */
    declared: number
    /** Bytes of the records that were not sent yet, in octet counting. */
    queuedBytes: number
}

/**
 * A syslog client: makes RFC 5424 messages of events, keeps them in a bounded queue and sends
 * them to a collector. Taking an event never waits, never throws and needs no connection. While
 * no host is set, events are ignored.
 *
 * @devsWhenUsed
 */
export class Rsyslogger {
    /** Takes one event: `push` of the client itself, as a method around it would cost a tenth more time. */
    readonly push: (event: SyslogEvent) => void
    private readonly client: SyslogClient

    /**
     * @param report takes reports about the connection: level and text
     * @throws OPTION_ERROR for an option out of its limits
     */
    constructor(net: SyslogNet, given: SyslogOptions, report: SyslogReport) {
        const own = new Client(net)
        const client = own as unknown as SyslogClient
        forget(client)
        client.firstAt = client.connects = client.tries = 0
        client.reportsUntil = 0
        // the outbox that is watched is the client itself
        client.onWatched = attend as (out: Outbox) => void
        client.report = report
        client.wake = new Signal()
        applyOptions(client, completeOptions(given))
        this.push = own.push
        this.client = client
    }

    /** Connects as soon as a host is set, and stays connected. May be called more than once. */
    start(): void {
        this.client.isStarted = true
        launch(this.client)
    }

    /**
     * Sends what is queued, for which it waits for the socket if that is lent, then disconnects.
     * `start` begins again.
     * @param waitMs longest time to send, ms; answers to what was sent may take up to 1 s more
     */
    async stop(waitMs = 3000): Promise<void> {
        const { client } = this
        const { clock } = client
        const until = clock.millis() + waitMs
        while (
            client.isRunning &&
            // without an outage it has the connection, or will have it as soon as it gets the socket
            (client.stream || client.step === undefined) &&
            client.sentEnd < client.end &&
            clock.millis() < until
        )
            await ds.sleep(POLL_MS)
        client.isStarted = false
        interrupt(client)
        // without a connection the fiber may wait for the socket, for as long as another owner has it
        while (client.stream) await ds.sleep(POLL_MS)
    }

    /**
     * Changes options while running; those left out stay as they are. No record is lost: what is
     * queued is sent to the new target, in its framing. New header fields apply to later records.
     * @throws OPTION_ERROR for an option out of its limits, with nothing changed
     */
    configure(changes: SyslogOptions): void {
        const { client } = this
        const before = client.options
        const next = completeOptions(changes, before)
        applyOptions(client, next)
        if (target(next) === target(before) && next.framing === before.framing)
            return
        // the fiber gives what is in flight time to arrive, then connects to the new target
        client.step = client.saidConnected = undefined
        client.tries = 0
        interrupt(client)
        launch(client)
    }

    /** The account, and the state of the connection. */
    stats(): SyslogStats {
        const { client } = this
        settle(client)
        const { dropped, acked } = client
        const received = nextFrame(client) - 1
        return {
            target: target(client.options),
            connected: client.isUp,
            connects: client.connects,
            received,
            delivered: acked - 1 - dropped,
            queued: received + 1 - acked,
            sent: inFlight(client),
            dropped,
            resent: client.resent,
            declared: client.declared,
            queuedBytes: waitingBytes(client),
        }
    }
}
