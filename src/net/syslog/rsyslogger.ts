import { frame, reframe } from "./framing"
import { MAX_SEQUENCE, MessageEncoder, SyslogEvent } from "./message"
import { SyslogOptions, completeOptions, target } from "./options"
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
 *
 * @devsWhenUsed
 */
export class Rsyslogger extends SyslogWorker {
    private encoder: MessageEncoder
    /** Whether messages wait in lines; those of RELP, with its own frames, wait in counted ones. */
    private lines: boolean
    private received = 0

    /**
     * @param report takes what is to be said about the connection, as a logger does
     * @throws RangeError for an option out of its limits
     */
    constructor(net: SyslogNet, given: SyslogOptions, report: SyslogReport) {
        super(net, given, report)
        this.adopt()
    }

    /**
     * Takes changed options while running; the rest stays. What waits goes to the new target.
     * @throws RangeError for an option out of its limits, with nothing changed
     */
    configure(changes: SyslogOptions): void {
        const { outbox, channel, options, lines } = this
        const next = completeOptions({ ...options, ...changes })
        if (channel) channel.close()
        this.channel = undefined
        const { batches } = this.window
        this.window = new ReplayWindow()
        // on plain TCP the window has been delivered, as far as anybody knows
        if (options.proto === "relp")
            for (let i = batches.length - 1; i >= 0; --i)
                if (batches[i].count) outbox.putBack(batches[i])
        this.options = next
        this.adopt()
        const after = this.lines
        if (after !== lines) outbox.change(data => reframe(data, after))
        outbox.setLimits(next.queueBytes, next.batchBytes)
        this.restart()
    }

    /** Takes one event. Never waits, never throws; the oldest is dropped when too many wait. */
    push(event: SyslogEvent): void {
        const { outbox, channel, options } = this
        if (!options.host) return
        const sequence =
            outbox.sequence < MAX_SEQUENCE ? outbox.sequence + 1 : 1
        const line = frame(this.encoder.encode(event, sequence), this.lines)
        const size = line.byteLength
        // the write would become too long: what waits goes first, if that is possible
        const full = outbox.openBytes + size > options.batchBytes
        if (full && channel && channel.isReady()) {
            channel.send(this.clock.millis())
            // back-pressure, or the end of the connection, is the fiber's business
            if (!channel.isReady()) this.wake.notify()
        }
        const wasEmpty = !outbox.bytes
        outbox.add(line, size, sequence)
        this.received++
        if (wasEmpty) {
            this.firstAt = this.clock.millis()
            this.wake.notify()
        }
    }

    /** The account and the state of the connection. */
    stats(): SyslogStats {
        const { outbox, channel, options } = this
        let queued = outbox.count
        if (options.proto === "relp")
            for (const batch of this.window.batches) queued += batch.count
        return {
            target: target(options),
            connected: !!channel && channel.isUp,
            connects: this.connects,
            received: this.received,
            delivered: this.delivered,
            queued,
            dropped: outbox.dropped,
            resent: this.resent,
            declared: this.declared,
            queuedBytes: outbox.bytes,
        }
    }

    /** The record that declares the gap; it stands under the last missing sequenceId. */
    declareGap(): Batch {
        const { clock, outbox } = this
        const dropped = outbox.gap
        const last = sequenceBefore(outbox.sequence, outbox.count)
        const first = sequenceBefore(last, dropped - 1)
        const event: SyslogEvent = {
            time: clock.millis(),
            wall: clock.wall(),
            level: WARNING,
            topic: SYSLOG_TOPIC,
            mark: undefined,
            message: `${dropped} records dropped, sequenceId ${first} to ${last}: the queue was full`,
            meta: { dropped, first, last },
        }
        const message = this.encoder.encode(event, last)
        return { data: Buffer.from(frame(message, this.lines)), count: 0 }
    }

    private adopt(): void {
        const { proto, framing } = this.options
        this.lines = proto !== "relp" && framing === "lf"
        this.encoder = new MessageEncoder(this.options, this.lines)
    }
}

/** The sequenceId `steps` before another: MAX_SEQUENCE is before 1. */
function sequenceBefore(sequence: number, steps: number): number {
    const earlier = sequence - steps
    return earlier < 1 ? earlier + MAX_SEQUENCE : earlier
}
