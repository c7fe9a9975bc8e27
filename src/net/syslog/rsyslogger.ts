import { Framing, LF, OCTET } from "./framing"
import { LinkContext } from "./link"
import { MessageEncoder, SyslogEvent } from "./message"
import { SyslogOptions, completeOptions, target } from "./options"
import { Gap, Outbox } from "./outbox"
import { singleLine } from "./text"
import { Batch, ReplayWindow } from "./window"
import { SyslogNet, SyslogReport, SyslogWorker } from "./worker"

/** Topic of the records about syslog itself. */
export const SYSLOG_TOPIC = "net.syslog"
const WARNING = 4

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
 */
export class Rsyslogger {
    private options: SyslogOptions
    private encoder: MessageEncoder
    private framing: Framing
    private readonly context: LinkContext
    private readonly outbox: Outbox
    private readonly worker: SyslogWorker
    private batchBytes: number
    private isOn: boolean
    private received = 0

    /**
     * @param report takes what is to be said about the connection, as a logger does
     * @throws RangeError for an option out of its limits
     */
    constructor(
        private readonly net: SyslogNet,
        options: SyslogOptions,
        report: SyslogReport
    ) {
        this.options = completeOptions(options)
        const { queueBytes, batchBytes } = this.options
        this.outbox = new Outbox(queueBytes, batchBytes)
        const self = this
        this.context = {
            outbox: this.outbox,
            window: new ReplayWindow(this.options.windowBytes),
            stats: { delivered: 0, resent: 0, declared: 0 },
            declareGap: () => self.declareGap(),
        }
        this.adopt()
        this.worker = new SyslogWorker(net, this.context, this.options, report)
    }

    /** Starts to connect, once a host is set. May be called more than once. */
    start(): void {
        this.worker.start()
    }

    /** Sends what waits, for at most `waitMs`, then disconnects. `start` begins again. */
    async stop(waitMs = 1000): Promise<void> {
        await this.worker.stop(waitMs)
    }

    /**
     * Takes changed options while running; the rest stays. What waits goes to the new target.
     * @throws RangeError for an option out of its limits, with nothing changed
     */
    configure(changes: SyslogOptions): void {
        const options = completeOptions({ ...this.options, ...changes })
        const { framing } = this
        const { proto } = this.options
        this.worker.abandon()
        this.options = options
        this.adopt()
        this.moveOn(framing, proto === "relp")
        this.outbox.setLimits(options.queueBytes, options.batchBytes)
        this.worker.configure(options)
    }

    /** Takes one event. Never waits, never throws; the oldest is dropped when too many wait. */
    push(event: SyslogEvent): void {
        if (!this.isOn) return
        const { outbox } = this
        const sequence = outbox.nextSequence()
        const line = this.framing.frame(this.encoder.encode(event, sequence))
        const size = line.byteLength
        if (outbox.openBytes + size > this.batchBytes) this.worker.full()
        const wasEmpty = !outbox.bytes
        outbox.add(line, size)
        this.received++
        if (wasEmpty) this.worker.filled()
    }

    /** The account and the state of the connection. */
    stats(): SyslogStats {
        const { window } = this.context
        const unanswered = this.options.proto === "relp" ? window.lines() : 0
        const { delivered, resent, declared } = this.context.stats
        return {
            target: target(this.options),
            connected: this.worker.isConnected(),
            connects: this.worker.connects,
            received: this.received,
            delivered,
            queued: this.outbox.count() + unanswered,
            dropped: this.outbox.dropped,
            resent,
            declared,
            queuedBytes: this.outbox.bytes,
        }
    }

    /** Takes what still has to arrive along to the new target, in its framing. */
    private moveOn(before: Framing, unanswered: boolean): void {
        const { framing, outbox } = this
        const kept = this.context.window.clear()
        this.context.window = new ReplayWindow(this.options.windowBytes)
        if (unanswered)
            for (let i = kept.length - 1; i >= 0; --i)
                if (kept[i].count) outbox.putBack(kept[i])
        if (framing !== before)
            outbox.change(data => reframe(data, before, framing))
    }

    private adopt(): void {
        const { options } = this
        // RELP makes its own frames, from messages that wait in counted ones
        const lines = options.proto !== "relp" && options.framing === "lf"
        this.framing = lines ? LF : OCTET
        this.encoder = new MessageEncoder({
            hostname: options.hostname,
            facility: options.facility,
            appName: options.appName,
            procId: options.procId,
            maxBytes: options.maxBytes,
            singleLine: this.framing.singleLine,
            bom: options.bom,
            enterprise: options.enterprise,
        })
        this.batchBytes = options.batchBytes
        this.isOn = !!options.host
    }

    /** The record that declares the gap; it stands under the last missing sequenceId. */
    private declareGap(): Batch | undefined {
        const gap = this.outbox.gap()
        if (!gap) return undefined
        const { clock } = this.net
        const event: SyslogEvent = {
            time: clock.millis(),
            wall: clock.wall(),
            level: WARNING,
            topic: SYSLOG_TOPIC,
            mark: undefined,
            message: gapText(gap),
            meta: { dropped: gap.count, first: gap.first, last: gap.last },
        }
        const message = this.encoder.encode(event, gap.last)
        return { data: Buffer.from(this.framing.frame(message)), count: 0 }
    }
}

function gapText(gap: Gap): string {
    return `${gap.count} records dropped, sequenceId ${gap.first} to ${gap.last}: the queue was full`
}

function reframe(data: Buffer, before: Framing, after: Framing): Buffer {
    const frames: string[] = []
    for (const message of before.split(data))
        frames.push(
            after.frame(after.singleLine ? singleLine(message) : message)
        )
    return Buffer.from(frames.join(""))
}
