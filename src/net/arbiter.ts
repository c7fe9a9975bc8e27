import * as ds from "@devicescript/core"
import {
    Clock,
    namedError,
    NetSocket,
    removeFrom,
    resumeFiber,
} from "../platform"

/** Most claims that may wait at once. */
export const MAX_CLAIMS = 16
/** How long a borrower may hold the socket when it does not say, and at most, ms. */
export const DEFAULT_HOLD_MS = 15000
export const MAX_HOLD_MS = 3600000
/** How long a claim that is asked back may still hold the socket, ms. */
export const RECALL_GRACE_MS = 2000
/** What a claim may hold undisturbed before it is asked back, ms. */
export const MIN_TURN_MS = 1000
/** How often waiting claims look whether the owner is past its time or gone, ms. */
const WATCH_MS = 250

/** The right to use the socket, until it is released. */
export interface Lease {
    readonly name: string
    /** True once the socket was given back or taken away: it must not be touched any more. */
    isOver?: boolean
    /** Who uses it; none while a borrower's fiber is about to start. */
    fiber?: ds.Fiber
    /** Longest hold of a borrower, ms; an owner that gives back when asked has none. */
    readonly holdMs?: number
    /** The fiber that waits for a borrower's end: when it is gone, the result is not needed. */
    readonly caller?: ds.Fiber
    readonly recall?: () => void
    /** Uptime of the grant; undefined while it waits. */
    since?: number
    /** Uptime of the recall; undefined before. */
    recalledAt?: number
}

/** What the arbiter did since start. */
export interface ArbiterStats {
    /** Name of the owner, undefined while the socket is free. */
    owner: string | undefined
    /** Names that wait, first in line first. */
    waiting: string[]
    /** Leases given since boot. */
    granted: number
    /** Leases taken away from owners that were gone or past their time. */
    revoked: number
}

/**
 * Hands the VM's one socket to one owner at a time, in the order of asking. A standing owner
 * (syslog) holds it until somebody else waits and then is asked to give it back; a borrower
 * (a fetch) holds it for a bounded time. An owner whose fiber is gone loses it.
 *
 * @devsWhenUsed
 */
export class SocketArbiter {
    /** Who has the socket; undefined while it is free. */
    owner: Lease
    readonly waiting: Lease[] = []
    granted = 0
    /** Leases taken away from owners that were gone or past their time. */
    revoked = 0

    constructor(
        readonly clock: Clock,
        readonly socket: NetSocket
    ) {}

    /**
     * Waits for the socket, as an owner that may keep it until `recall` is called and then
     * releases it within RECALL_GRACE_MS.
     * @param recall called when another one waits; must not throw or wait
     * @throws an error of name ArbiterError when too many wait already
     */
    async claim(name: string, recall: () => void): Promise<Lease> {
        const lease: Lease = { name, recall, fiber: ds.Fiber.self() }
        await wait(this, lease)
        return lease
    }

    /**
     * Runs `body` with the socket, which it may use in any way, also through `fetch` of
     * `@devicescript/net`. It runs in another fiber, so that neither the end of the
     * caller nor a body that never ends can keep the socket. That fiber is never terminated, as
     * it may be in a wait of somebody else's: its connection is closed. A borrow within a borrow
     * shares the socket of the outer one.
     * @param holdMs longest time that `body` may have the socket, 1 to MAX_HOLD_MS
     * @returns what `body` returns
     * @throws what `body` throws; an error of name ArbiterError when its time is over or too
     * many wait; RangeError for a `holdMs` out of its limits
     */
    async borrow<T>(
        name: string,
        body: () => Promise<T>,
        holdMs = DEFAULT_HOLD_MS
    ): Promise<T> {
        if (!(holdMs >= 1 && holdMs <= MAX_HOLD_MS))
            throw new RangeError(
                `socket for "${name}": holdMs: wanted 1 to ${MAX_HOLD_MS}, got ${holdMs}`
            )
        const caller = ds.Fiber.self()
        const { owner } = this
        if (owner && owner.caller && owner.fiber === caller) return await body()
        const self = this
        const lease: Lease = { name, holdMs, caller }
        let result: T
        let error: any
        let hasFailed = false
        let isDone = false
        const run = async () => {
            try {
                await wait(self, lease)
                result = await body()
            } catch (e: any) {
                error = e
                hasFailed = true
            }
            // the caller is in the loop below, unless the time was over
            if (lease.isOver) return
            isDone = true
            self.release(lease)
            resumeFiber(caller)
        }
        lease.fiber = run.start()
        while (!lease.isOver) {
            await ds.suspend(WATCH_MS)
            settle(this)
        }
        if (!isDone) throw arbiterError(name, `not done within ${holdMs} ms`)
        if (hasFailed) throw error
        return result
    }

    /** Who has the socket, who waits, and how often it changed hands. */
    leases(): ArbiterStats {
        return {
            owner: this.owner ? this.owner.name : undefined,
            waiting: this.waiting.map(lease => lease.name),
            granted: this.granted,
            revoked: this.revoked,
        }
    }

    /** Gives the socket back, or waits for it no longer. May be called more than once. */
    release(lease: Lease): void {
        if (lease.isOver) return
        lease.isOver = true
        removeFrom(this.waiting, lease)
        if (this.owner === lease) {
            this.owner = undefined
            // a borrower may have left its connection open: the next owner starts clean
            if (lease.caller) this.socket.disconnect()
        }
        settle(this)
    }
}

/** The socket could not be had, or was taken away; the message names the claim. */
function arbiterError(name: string, problem: string): Error {
    return namedError("ArbiterError", `socket for "${name}": ${problem}`)
}

/** Waits until a lease is granted. */
async function wait(arbiter: SocketArbiter, lease: Lease): Promise<void> {
    const { waiting } = arbiter
    if (waiting.length >= MAX_CLAIMS)
        throw arbiterError(lease.name, `${MAX_CLAIMS} claims wait already`)
    waiting.push(lease)
    settle(arbiter)
    while (arbiter.owner !== lease) {
        await ds.suspend(WATCH_MS)
        settle(arbiter)
    }
}

/** Brings everything up to date: ends what is over, asks back, grants. */
function settle(arbiter: SocketArbiter): void {
    const { owner, waiting } = arbiter
    const now = arbiter.clock.millis()
    if (owner && isOverdue(owner, now, waiting.length)) revoke(arbiter, owner)
    while (!arbiter.owner && waiting.length) {
        const next = waiting.shift()
        if (!isAlive(next.fiber)) {
            next.isOver = true
            continue
        }
        arbiter.owner = next
        arbiter.granted++
        next.since = now
        resumeFiber(next.fiber)
    }
}

/** Takes the socket from an owner. */
function revoke(arbiter: SocketArbiter, owner: Lease): void {
    owner.isOver = true
    arbiter.owner = undefined
    arbiter.revoked++
    if (owner.recall) owner.recall()
    arbiter.socket.disconnect()
}

function isAlive(fiber: ds.Fiber): boolean {
    try {
        return fiber.suspended !== undefined
    } catch (e: any) {
        return false // the VM throws for a fiber that is gone
    }
}

/**
 * Whether an owner is gone or past its time. A standing one is asked back after its turn.
 * @param waiting how many wait for the socket; a standing owner may keep it while none does
 */
function isOverdue(owner: Lease, now: number, waiting: number): boolean {
    if (!isAlive(owner.fiber)) return true
    const held = now - owner.since
    if (owner.caller) return held > owner.holdMs || !isAlive(owner.caller)
    if (!(waiting > 0)) return false
    if (owner.recalledAt !== undefined)
        return now - owner.recalledAt > RECALL_GRACE_MS
    if (held >= MIN_TURN_MS) {
        owner.recalledAt = now
        owner.recall()
    }
    return false
}
