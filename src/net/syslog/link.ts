import { Connection, DISCONNECTED, QUEUED, WriteResult } from "../../platform"
import { Batch, Outbox } from "./outbox"
import { ReplayWindow } from "./window"

/** A connection that carries records. Made for each connection; never throws, never waits. */
export interface Link {
    /** Whether records can be handed over now: `send` may be called. */
    isReady(): boolean
    /** Sends from the outbox, at uptime `now`, until it is empty or nothing more is taken. */
    send(now: number): WriteResult
    /** The connection is open. */
    opened(now: number): void
    received(data: Buffer): void
    /** Called now and then, with the uptime; the result is ms until the next call is due. */
    tick(now: number): number | undefined
    /** Whether the peer has shown that it is a collector, so that the backoff may end. */
    isUp(): boolean
    /** Why the link is of no use although the connection is open; undefined while it is. */
    failure(): string | undefined
}

/** Counters of what links did. */
export interface LinkStats {
    /** Records handed over (tcp, tls) or acknowledged (relp). */
    delivered: number
    /** Records sent once more after a break. */
    resent: number
    /** Records of our own that declare a gap. */
    declared: number
}

/** What a link works on; outlives it. */
export interface LinkContext {
    outbox: Outbox
    window: ReplayWindow
    stats: LinkStats
    /** Most bytes of one write. */
    batchBytes: number
    /** Framed record that declares the outbox's gap; undefined without one. */
    declareGap(): string | undefined
}

/** How long a TLS connection must hold until it counts as accepted, ms. */
export const TLS_SETTLE_MS = 1000
/** How long an idle connection must hold until what was sent counts as arrived, ms. */
export const ARRIVED_MS = 2000

/**
 * Plain TCP or TLS: nobody acknowledges, so the last window is sent again on the next
 * connection. In the simulator a TLS connection is reported open before the certificate was
 * checked; until it has held for TLS_SETTLE_MS no more is sent than the window keeps.
 */
export class StreamLink implements Link {
    private readonly backlog: Batch[]
    private openedAt: number
    private sentAt: number
    private settled = false

    constructor(
        private readonly context: LinkContext,
        private readonly connection: Connection,
        private readonly settleMs: number
    ) {
        this.backlog = context.window.all().slice()
    }

    opened(now: number): void {
        this.openedAt = now
        this.sentAt = now
        this.settled = !this.settleMs
    }

    received(data: Buffer): void {
        // a syslog receiver has nothing to say; RFC 6587 defines no answers
    }

    isUp(): boolean {
        return this.settled
    }

    isReady(): boolean {
        return this.openedAt !== undefined && !this.backlog.length
    }

    failure(): string | undefined {
        return undefined
    }

    tick(now: number): number | undefined {
        if (this.openedAt === undefined) return undefined
        if (!this.settled) {
            const left = this.openedAt + this.settleMs - now
            if (left > 0) return left
            this.settled = true
        }
        if (this.context.window.isEmpty()) return undefined
        const left = this.sentAt + ARRIVED_MS - now
        if (left > 0) return left
        this.context.window.clear()
        return undefined
    }

    send(now: number): WriteResult {
        const { outbox } = this.context
        if (this.openedAt === undefined) return DISCONNECTED
        this.sentAt = now
        let result = this.sendBacklog()
        while (result === QUEUED && outbox.count()) {
            if (!this.settled && !this.hasRoom()) break
            result = this.sendBatch()
        }
        return result
    }

    private hasRoom(): boolean {
        const { outbox, window, batchBytes } = this.context
        return window.hasRoom(Math.min(outbox.bytes, batchBytes))
    }

    private sendBacklog(): WriteResult {
        while (this.backlog.length) {
            const result = this.connection.write(this.backlog[0].text)
            if (result !== QUEUED) return result
            this.context.stats.resent += this.backlog.shift().count
        }
        return QUEUED
    }

    private sendBatch(): WriteResult {
        const { outbox, window, stats, batchBytes } = this.context
        const batch = outbox.head(batchBytes)
        const size = batch.text.byteLength
        const { count } = batch
        const gap = this.context.declareGap()
        if (gap) batch.text = gap + batch.text
        const result = this.connection.write(batch.text)
        if (result !== QUEUED) return result
        outbox.remove(count, size)
        stats.delivered += count
        if (gap) {
            outbox.forgetGap()
            stats.declared++
        }
        window.add(batch)
        return QUEUED
    }
}
