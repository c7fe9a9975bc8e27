import { Connection, QUEUED, WriteResult } from "../../platform"
import { Link, LinkContext } from "./link"

/** How long a TLS connection must hold until it counts as accepted, ms. */
export const TLS_SETTLE_MS = 1000
/** How long a connection must hold until what was sent on it counts as arrived, ms. */
export const ARRIVED_MS = 2000

/**
 * Plain TCP or TLS: nobody acknowledges, so the last window is sent again on the next
 * connection. In the simulator a TLS connection is reported open before the certificate was
 * checked; nothing is sent until it has held for TLS_SETTLE_MS.
 */
export class StreamLink implements Link {
    readonly lingerMs = 100
    /** Batches of the window that are from an earlier connection and not sent on this one. */
    private backlog: number
    private resentCount = 0
    private openedAt: number
    private sentAt = 0
    private accepted = false

    /** @param settleMs how long the connection must hold until it counts as accepted */
    constructor(
        private readonly context: LinkContext,
        private readonly connection: Connection,
        private readonly settleMs: number
    ) {
        this.backlog = context.window.count()
    }

    opened(now: number): void {
        this.openedAt = now
        this.sentAt = now
        this.accepted = !this.settleMs
    }

    received(data: Buffer, now: number): void {
        // a syslog receiver has nothing to say: RFC 6587 and RFC 5425 define no answers
    }

    isUp(): boolean {
        return this.accepted
    }

    isReady(): boolean {
        return this.accepted && !this.backlog
    }

    isSettled(): boolean {
        return this.context.window.isEmpty()
    }

    failure(): string | undefined {
        return undefined
    }

    ended(): void {
        // the window is kept as it is
    }

    bye(): void {
        // the end of the stream is the end of the session
    }

    tick(now: number): number | undefined {
        if (!this.accepted) {
            const left = this.openedAt + this.settleMs - now
            if (left > 0) return left
            this.accepted = true
        }
        const { window, outbox } = this.context
        if (window.isEmpty() || outbox.count() || this.backlog) return undefined
        const left = this.sentAt + ARRIVED_MS - now
        if (left > 0) return left
        window.clear()
        return undefined
    }

    send(now: number): WriteResult {
        if (!this.accepted) return QUEUED
        const { outbox } = this.context
        this.sentAt = now
        let result = this.sendBacklog()
        while (result === QUEUED && outbox.count()) result = this.sendBatch()
        return result
    }

    private sendBacklog(): WriteResult {
        const { window, stats } = this.context
        while (this.backlog) {
            const batch = window.at(this.resentCount)
            const result = this.connection.write(batch.data)
            if (result !== QUEUED) return result
            this.backlog--
            this.resentCount++
            stats.resent += batch.count
        }
        return QUEUED
    }

    private sendBatch(): WriteResult {
        const { outbox, window, stats } = this.context
        const gap = outbox.hasGap() ? this.context.declareGap() : undefined
        const batch = gap || outbox.head()
        const result = this.connection.write(batch.data)
        if (result !== QUEUED) return result
        if (gap) {
            outbox.forgetGap()
            stats.declared++
        } else {
            outbox.remove()
            stats.delivered += batch.count
        }
        window.add(batch)
        return QUEUED
    }
}
