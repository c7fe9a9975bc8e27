import { Framing, LF, OCTET } from "./framing"
import { ChannelContext } from "./channel"
import { MAX_SEQUENCE, MessageEncoder, SyslogEvent } from "./message"
import { SyslogOptions, completeOptions, target } from "./options"
import { Outbox } from "./outbox"
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
 *
 * @devsWhenUsed
 */
export class Rsyslogger {
    private encoder: MessageEncoder
    private framing: Framing
    private readonly context: ChannelContext
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
        { clock, socket, arbiter }: SyslogNet,
        given: SyslogOptions,
        report: SyslogReport
    ) {
        const options = completeOptions(given)
        const self = this
        this.outbox = new Outbox(options.queueBytes, options.batchBytes)
        this.context = {
            clock,
            socket,
            options,
            outbox: this.outbox,
            window: new ReplayWindow(options.windowBytes),
            delivered: 0,
            resent: 0,
            declared: 0,
            declareGap: () => self.declareGap(),
            wake: () => self.worker.wake.notify(),
        }
        this.worker = new SyslogWorker(arbiter, this.context, report)
        this.adopt(options)
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
        const { context, outbox, worker, framing } = this
        const { options } = context
        const next = completeOptions({ ...options, ...changes })
        if (worker.channel) worker.channel.close()
        const { batches } = context.window
        context.window = new ReplayWindow(next.windowBytes)
        // on plain TCP the window has been delivered, as far as anybody knows
        if (options.proto === "relp")
            for (let i = batches.length - 1; i >= 0; --i)
                if (batches[i].count) outbox.putBack(batches[i])
        this.adopt(next)
        const after = this.framing
        if (after !== framing)
            outbox.change(data => reframe(data, framing, after))
        outbox.setLimits(next.queueBytes, next.batchBytes)
        worker.restart()
    }

    /** Takes one event. Never waits, never throws; the oldest is dropped when too many wait. */
    push(event: SyslogEvent): void {
        if (!this.isOn) return
        const { outbox } = this
        const sequence =
            outbox.sequence < MAX_SEQUENCE ? outbox.sequence + 1 : 1
        const line = this.framing.frame(this.encoder.encode(event, sequence))
        const size = line.byteLength
        if (outbox.openBytes + size > this.batchBytes) this.worker.full()
        const wasEmpty = !outbox.bytes
        outbox.add(line, size, sequence)
        this.received++
        if (wasEmpty) this.worker.filled()
    }

    /** The account and the state of the connection. */
    stats(): SyslogStats {
        const { context, outbox, worker } = this
        const { options, window } = context
        let queued = outbox.count
        if (options.proto === "relp")
            for (const batch of window.batches) queued += batch.count
        return {
            target: target(options),
            connected: !!worker.channel && worker.channel.isUp,
            connects: worker.connects,
            received: this.received,
            delivered: context.delivered,
            queued,
            dropped: outbox.dropped,
            resent: context.resent,
            declared: context.declared,
            queuedBytes: outbox.bytes,
        }
    }

    private adopt(options: SyslogOptions): void {
        // RELP makes its own frames, from messages that wait in counted ones
        const lines = options.proto !== "relp" && options.framing === "lf"
        this.context.options = options
        this.framing = lines ? LF : OCTET
        this.encoder = new MessageEncoder(options, lines)
        this.batchBytes = options.batchBytes
        this.isOn = !!options.host
    }

    /** The record that declares the gap; it stands under the last missing sequenceId. */
    private declareGap(): Batch {
        const { clock, outbox } = this.context
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
        return { data: Buffer.from(this.framing.frame(message)), count: 0 }
    }
}

/** The sequenceId `steps` before another: MAX_SEQUENCE is before 1. */
function sequenceBefore(sequence: number, steps: number): number {
    const earlier = sequence - steps
    return earlier < 1 ? earlier + MAX_SEQUENCE : earlier
}

function reframe(data: Buffer, before: Framing, after: Framing): Buffer {
    const frames: string[] = []
    for (const message of before.split(data))
        frames.push(
            after.frame(after.singleLine ? singleLine(message) : message)
        )
    return Buffer.from(frames.join(""))
}
