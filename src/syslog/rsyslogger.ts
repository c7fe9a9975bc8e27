import * as ds from "@devicescript/core"
import { newClient, SyslogClient, SyslogNet, SyslogReport } from "./client"
import { attend } from "./connection"
import { SyslogEvent } from "./event"
import { format } from "./format"
import { describe, fitText, FRAME } from "./message"
import { completeOptions, refuseResize, SyslogOptions, target } from "./options"
import {
    inFlight,
    newOutbox,
    nextDecade,
    Outbox,
    queuedCount,
    settle,
    waitingBytes,
} from "./outbox"
import { interrupt, launch, POLL_MS } from "./worker"

/** Most bytes that a frame adds to a message. */
const FRAME_BYTES = 5

/**
 * Account of syslog since start: received = delivered + queued + dropped, always.
 * `delivered` means acknowledged (relp), or sent on a connection that held (tcp, tls).
 */
export interface SyslogStats {
    /** As `tcp://collector:514`; empty while no host is set. */
    target: string
    connected: boolean
    connects: number
    received: number
    delivered: number
    /** Records that wait, or were sent and may have to be sent again. */
    queued: number
    /** Of these, those that were sent. */
    sent: number
    dropped: number
    /** Records sent once more after a break; not part of the sum. */
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
    /** Takes the records; undefined while no host is set. */
    private outbox: Outbox = undefined
    private readonly client: SyslogClient

    /**
     * @param report takes what is to be said about the connection, as a logger does
     * @throws OPTION_ERROR for an option out of its limits
     */
    constructor(net: SyslogNet, given: SyslogOptions, report: SyslogReport) {
        const client = newClient(net, completeOptions(given), report)
        client.onRecord = () => attend(client)
        this.client = client
        this.outbox = applyOptions(this.client)
    }

    /** Starts to connect, once a host is set. May be called more than once. */
    start(): void {
        this.client.isStarted = true
        launch(this.client)
    }

    /** Sends what waits, for at most `waitMs`, then disconnects. `start` begins again. */
    async stop(waitMs = 1000): Promise<void> {
        const { client } = this
        const { clock } = client
        const until = clock.millis() + waitMs
        while (
            client.connection &&
            this.stats().queuedBytes > 0 &&
            clock.millis() < until
        )
            await ds.sleep(POLL_MS)
        client.isStarted = false
        interrupt(client)
        while (client.isRunning) await ds.sleep(POLL_MS)
    }

    /**
     * Takes changed options while running; the rest stays. No record is lost: what waits goes to
     * the new target, in its framing. Header fields hold for the records to come.
     * @throws OPTION_ERROR for an option out of its limits, with nothing changed
     */
    configure(changes: SyslogOptions): void {
        const { client } = this
        const before = client.options
        const next = completeOptions(changes, before)
        if (client.outbox) refuseResize(before, next)
        client.options = next
        this.outbox = applyOptions(client)
        const isSame =
            target(next) === target(before) && next.framing === before.framing
        if (isSame) return
        // what is in flight gets its time to arrive, then the new target is connected
        client.step = client.saidConnected = undefined
        client.tries = 0
        interrupt(client)
        launch(client)
    }

    /**
     * Takes one event. Never waits, never throws; the oldest is dropped when too many wait.
     *
     * @param event its message holds no control characters (`escapeControls`), as the records of
     * a log; events of the same time have the same `wall`, unless they have `meta`
     *
     * The whole frame is made by one call of the formatter, which takes less time than to make
     * its parts; hence the lengths that are kept.
     */
    push(event: SyslogEvent): void {
        const out = this.outbox
        if (!out) return
        let sequence = out.sequence + 1
        if (sequence >= out.decade) sequence = nextDecade(out)
        out.sequence = sequence
        // one after the other: a chain of || would take half as long again
        if (event.time !== out.time) describe(this.client, event, sequence)
        else if (event.topic !== out.topic)
            describe(this.client, event, sequence)
        else if (event.level !== out.level)
            describe(this.client, event, sequence)
        else if (event.mark !== out.mark) describe(this.client, event, sequence)
        else if (event.meta) describe(this.client, event, sequence)
        let text = event.message
        let size = out.base + text.byteLength
        // the other way round what is no text would pass
        if (!(size <= out.maxBytes)) {
            text = fitText(out, text)
            size = out.base + text.byteLength
        }
        const { head, tail } = out
        out.ring.append(format(FRAME, size, head, sequence, tail, text))
    }

    /** The account and the state of the connection. */
    stats(): SyslogStats {
        const { outbox: out, connection, options, connects } = this.client
        const isConnected = connection !== undefined && connection.isUp
        if (!out)
            return {
                target: "",
                connected: false,
                connects,
                received: 0,
                delivered: 0,
                queued: 0,
                sent: 0,
                dropped: 0,
                resent: 0,
                declared: 0,
                queuedBytes: 0,
            }
        settle(out)
        const { dropped } = out
        const received = out.earlier + out.sequence
        const queued = queuedCount(out)
        return {
            target: target(options),
            connected: isConnected,
            connects,
            received,
            delivered: received - dropped - queued,
            queued,
            sent: inFlight(out),
            dropped,
            resent: out.resent,
            declared: out.declared,
            queuedBytes: waitingBytes(out),
        }
    }
}

/**
 * Has the options that are there now hold for the records to come.
 * @returns what takes records from now on; undefined when there is no host
 */
function applyOptions(client: SyslogClient): Outbox | undefined {
    const { options } = client
    const { maxBytes, queueBytes, host } = options
    if (!client.outbox && host) client.outbox = newOutbox(queueBytes)
    const out = client.outbox
    if (!out) return undefined
    // with its frame it must find room in the ring
    out.maxBytes = Math.min(maxBytes, queueBytes - FRAME_BYTES)
    // the header is made anew
    out.topic = undefined
    out.mark = undefined
    return host ? out : undefined
}
