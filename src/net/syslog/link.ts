import { WriteResult } from "../../platform"
import { Outbox } from "./outbox"
import { Batch, ReplayWindow } from "./window"

/**
 * What carries records over one connection, by the rules of a transport.
 * Never throws and never waits. Times are uptimes in ms.
 */
export interface Link {
    /** How long `isSettled` may take after the last record, ms. */
    readonly lingerMs: number
    /** The connection is open. */
    opened(now: number): void
    received(data: Buffer, now: number): void
    /** Whether a record that is sent now would leave at once. */
    isReady(): boolean
    /** Sends from the outbox until it is empty or nothing more may be sent. */
    send(now: number): WriteResult
    /** Does what is due by time; returns after how many ms something is due again. */
    tick(now: number): number | undefined
    /** Whether the peer has shown that it takes records, so that the outage is over. */
    isUp(): boolean
    /** Whether everything that was sent is known to have arrived. */
    isSettled(): boolean
    /** Why the link is of no use although the connection is open; undefined while it is. */
    failure(): string | undefined
    /** The connection is over. */
    ended(): void
    /** Takes leave of the peer before the connection is closed. */
    bye(): void
}

/** Counters of what links did. */
export interface LinkStats {
    /** Records handed over (tcp, tls) or acknowledged (relp). */
    delivered: number
    /** Records sent once more after a break. */
    resent: number
    /** Records of our own that declared a gap. */
    declared: number
}

/** What links work on; outlives them. */
export interface LinkContext {
    readonly outbox: Outbox
    window: ReplayWindow
    readonly stats: LinkStats
    /** A record of our own that declares the outbox's gap; undefined without one. */
    declareGap(): Batch | undefined
}
