import * as ds from "@devicescript/core"
import { Signal } from "../platform"
import { SyslogClient, SyslogNet, SyslogReport } from "./client"
import { attend } from "./connection"
import { completeOptions, SyslogOptions, target } from "./options"
import {
    applyOptions,
    inFlight,
    Outbox,
    settle,
    SyslogEvent,
    waitingBytes,
} from "./outbox"
import { interrupt, launch, POLL_MS } from "./worker"

/** A client at the start; what is not in it is undefined. */
const START = '{"firstAt":0, "connects":0, "tries":0, "reportsUntil":0}'

/**
 * Account of syslog since start: received = delivered + queued + dropped, always.
 * `delivered` means acknowledged (relp), or sent on a connection that held (tcp, tls).
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
    /** Records that have arrived, as far as the transport tells. */
    delivered: number
    /** Records that wait, or were sent and may have to be sent again. */
    queued: number
    /** Of these, those that were sent. */
    sent: number
    /** Records lost since boot. */
    dropped: number
    /** Records that a break makes be sent once more; not part of the sum. */
    resent: number
    /** Own records that declared a gap and arrived; not part of the sum. */
    declared: number
    /** Bytes of the records that were not sent yet. */
    queuedBytes: number
}

/**
 * A syslog client: takes events, writes RFC 5424 messages, keeps them in a bounded queue and
 * sends them to a collector. Taking an event never waits, never throws and never needs
 * a connection. Nothing is taken while no host is set.
 *
 * @devsWhenUsed
 */
export class Rsyslogger {
    /** Takes one event, see `Outbox`: a method in between would take a tenth of its time. */
    readonly push: (event: SyslogEvent) => void
    private readonly client: SyslogClient

    /**
     * @param report takes reports about the connection, as a logger does
     * @throws OPTION_ERROR for an option out of its limits
     */
    constructor(net: SyslogNet, given: SyslogOptions, report: SyslogReport) {
        const client: SyslogClient = Object.assign(JSON.parse(START), net)
        const outbox = new Outbox()
        client.outbox = outbox
        client.report = report
        client.wake = new Signal()
        outbox.onWatched = () => attend(client)
        applyOptions(outbox, completeOptions(given))
        this.push = outbox.push
        this.client = client
    }

    /** Starts to connect, once a host is set. May be called more than once. */
    start(): void {
        this.client.isStarted = true
        launch(this.client)
    }

    /** Sends what is queued, for at most `waitMs`, then disconnects. `start` begins again. */
    async stop(waitMs = 1000): Promise<void> {
        const { client } = this
        const { clock, outbox } = client
        const until = clock.millis() + waitMs
        while (
            client.connection &&
            outbox.sent < outbox.next &&
            clock.millis() < until
        )
            await ds.sleep(POLL_MS)
        client.isStarted = false
        interrupt(client)
        while (client.isRunning) await ds.sleep(POLL_MS)
    }

    /**
     * Takes changed options while running; the rest stays. No record is lost: what is queued goes to
     * the new target, in its framing. Header fields hold for the records to come.
     * @throws OPTION_ERROR for an option out of its limits, with nothing changed
     */
    configure(changes: SyslogOptions): void {
        const { client } = this
        const { outbox } = client
        const before = outbox.options
        const next = completeOptions(changes, before)
        applyOptions(outbox, next)
        if (target(next) === target(before) && next.framing === before.framing)
            return
        // what is in flight gets its time to arrive, then the new target is connected
        client.step = client.saidConnected = undefined
        client.tries = 0
        interrupt(client)
        launch(client)
    }

    /** The account and the state of the connection. */
    stats(): SyslogStats {
        const { outbox: out, connection, connects } = this.client
        settle(out)
        const { dropped, next, acked } = out
        return {
            target: target(out.options),
            connected: !!connection && !!connection.isUp,
            connects,
            received: next - 1,
            delivered: acked - 1 - dropped,
            queued: next - acked,
            sent: inFlight(out),
            dropped,
            resent: out.resent,
            declared: out.declared,
            queuedBytes: waitingBytes(out),
        }
    }
}
