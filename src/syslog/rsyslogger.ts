import * as ds from "@devicescript/core"
import { Signal } from "../platform"
import { countOf, newBatches, putBack, replaceBatch } from "./batches"
import { addSlowly } from "./batching"
import { closeChannel } from "./channel"
import { newClient, SyslogClient, SyslogNet, SyslogReport } from "./client"
import { SyslogEvent } from "./event"
import { format } from "./format"
import { reframe } from "./framing"
import { describe } from "./message"
import { completeOptions, SyslogOptions, target } from "./options"
import {
    dropOldest,
    newOutbox,
    nextDecade,
    Outbox,
    seal,
    waitingBytes,
    waitingCount,
} from "./outbox"
import { cutBytes, singleLine } from "./text"
import { interrupt, launch, POLL_MS } from "./worker"

/** Most bytes that a frame adds to a message. */
const FRAME_BYTES = 5
/** Octet counting, RFC 6587, section 3.4.1: length, head, sequenceId, tail, text. */
const OCTET_TEMPLATE = "{0} {1}{2}{3}{4}"
/** The same with a line feed in place of the length, section 3.4.2. */
const LINE_TEMPLATE = "{1}{2}{3}{4}\n"

/**
 * Account of syslog since start: received = delivered + queued + dropped, always.
 * `delivered` means handed to the network (tcp, tls) or acknowledged (relp).
 */
export interface SyslogStats {
    /** As `tcp://collector:514`; empty while no host is set. */
    target: string
    connected: boolean
    connects: number
    received: number
    delivered: number
    queued: number
    dropped: number
    /** Deliveries that were made once more after a break; not part of the sum. */
    resent: number
    /** Own records that declared a gap; not part of the sum. */
    declared: number
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
     * @throws RangeError for an option out of its limits
     */
    constructor(net: SyslogNet, given: SyslogOptions, report: SyslogReport) {
        this.client = newClient(net, completeOptions(given), report)
        this.outbox = adopt(this.client)
    }

    /** Starts to connect, once a host is set. May be called more than once. */
    start(): void {
        this.client.isStarted = true
        launch(this.client)
    }

    /** Sends what waits, for at most `waitMs`, then disconnects. `start` begins again. */
    async stop(waitMs = 1000): Promise<void> {
        const { client } = this
        const { clock, outbox } = client
        const until = clock.millis() + waitMs
        while (
            client.channel &&
            waitingBytes(outbox) > 0 &&
            clock.millis() < until
        )
            await ds.sleep(POLL_MS)
        client.isStarted = false
        interrupt(client)
        while (client.isRunning) await ds.sleep(POLL_MS)
    }

    /**
     * Takes changed options while running; the rest stays. What waits goes to the new target.
     * @throws RangeError for an option out of its limits, with nothing changed
     */
    configure(changes: SyslogOptions): void {
        const { client } = this
        const { options, channel, window, outbox } = client
        const next = completeOptions({ ...options, ...changes })
        if (channel) closeChannel(channel)
        client.channel = undefined
        client.window = newBatches(next.windowBytes)
        // on plain TCP the window has been delivered, as far as anybody knows
        if (window && options.proto === "relp")
            for (let i = window.data.length - 1; i >= 0; --i)
                if (window.counts[i] > 0)
                    putBack(outbox.sealed, window.data[i], window.counts[i])
        client.options = next
        this.outbox = adopt(client)
        client.step = client.saidConnected = undefined
        interrupt(client)
        launch(client)
    }

    /**
     * Takes one event. Never waits, never throws; the oldest is dropped when too many wait.
     *
     * The whole frame is made by one call of the formatter, which takes less time than
     * to make its parts; hence the lengths that are kept.
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
        else if (event.wall !== out.wall) describe(this.client, event, sequence)
        else if (event.meta) describe(this.client, event, sequence)
        let text = event.message
        if (out.lines) text = singleLine(text)
        let size = out.base + text.byteLength
        if (size > out.maxBytes) {
            // only the text is cut, never the header
            text = cutBytes(text, out.maxBytes - out.base)
            size = out.base + text.byteLength
        }
        const { head, tail } = out
        const frame = format(out.template, size, head, sequence, tail, text)
        size = frame.byteLength
        const at = out.at
        if (at + size > out.room) return addSlowly(this.client, frame, size)
        out.buffer.blitAt(at, frame, 0, size)
        out.at = at + size
    }

    /** The account and the state of the connection. */
    stats(): SyslogStats {
        const { client } = this
        const { outbox, channel, options, window } = client
        let queued = outbox ? waitingCount(outbox) : 0
        if (window && options.proto === "relp") queued += countOf(window)
        return {
            target: target(options),
            connected: !!channel && channel.isUp,
            connects: client.connects,
            received: outbox ? outbox.earlier + outbox.sequence : 0,
            delivered: client.delivered,
            queued,
            dropped: outbox ? outbox.dropped : 0,
            resent: client.resent,
            declared: client.declared,
            queuedBytes: outbox ? waitingBytes(outbox) : 0,
        }
    }
}

/**
 * Has the options that are there now hold for what waits and what comes.
 * @returns what takes records from now on; undefined when there is no host
 */
function adopt(client: SyslogClient): Outbox | undefined {
    const { options } = client
    const { proto, framing, maxBytes, queueBytes, host } = options
    const lines = proto !== "relp" && framing === "lf"
    if (client.outbox) reframeAll(client.outbox, lines)
    else if (host) {
        client.outbox = newOutbox(queueBytes)
        client.window = newBatches(options.windowBytes)
        client.wake = new Signal()
    } else return undefined
    const out = client.outbox
    out.lines = lines
    out.template = lines ? LINE_TEMPLATE : OCTET_TEMPLATE
    // with its frame it must find room in the queue
    out.maxBytes = Math.min(maxBytes, queueBytes - FRAME_BYTES)
    out.buffer = out.topic = undefined
    dropOldest(out, queueBytes)
    return host ? out : undefined
}

/** Puts what waits into the frames of the other kind, where they are not. */
function reframeAll(out: Outbox, lines: boolean): void {
    seal(out)
    if (lines === out.lines) return
    for (let i = 0; i < out.sealed.data.length; ++i)
        replaceBatch(out.sealed, i, reframe(out.sealed.data[i], lines))
}
