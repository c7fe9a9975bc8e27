import * as ds from "@devicescript/core"
import { Clock, NetSocket, resumeFiber, Signal, spawn } from "../platform"

/** Most claims that may wait at once. */
export const MAX_CLAIMS = 16
/** How long a borrower may hold the socket when it does not say, ms. */
export const DEFAULT_HOLD_MS = 15000
/** How long a claim that is asked back may still hold the socket, ms. */
export const RECALL_GRACE_MS = 2000
/** What a claim may hold undisturbed before it is asked back, ms. */
export const MIN_TURN_MS = 1000
/** How often waiting claims look whether the owner is past its time or gone, ms. */
const WATCH_MS = 250

/** The socket could not be had, or was taken away; the message names the claim. */
export class ArbiterError extends Error {
    constructor(name: string, problem: string) {
        super(`socket for "${name}": ${problem}`)
        this.name = "ArbiterError"
    }
}

/** The right to use the socket, until `release`. */
export interface Lease {
    readonly name: string
    /** True once the socket was given back or taken away: it must not be touched any more. */
    readonly isOver: boolean
    /** Gives the socket back. May be called more than once. */
    release(): void
}

/** What the arbiter did since start. */
export interface ArbiterStats {
    /** Name of the owner, undefined while the socket is free. */
    owner: string | undefined
    /** Names that wait, first in line first. */
    waiting: string[]
    granted: number
    /** Leases taken away from owners that were gone or past their time. */
    revoked: number
}

/** @devsWhenUsed */
class Claim implements Lease {
    readonly fiber = ds.Fiber.self()
    /** Uptime of the grant; undefined while it waits. */
    since: number
    /** Uptime of the recall; undefined before. */
    recalledAt: number
    isOver = false

    constructor(
        private readonly arbiter: SocketArbiter,
        readonly name: string,
        /** Longest hold, ms; undefined for an owner that gives back when asked. */
        readonly holdMs: number,
        readonly recall: () => void
    ) {}

    release(): void {
        this.arbiter.end(this)
    }
}

/**
 * Hands the VM's one socket to one owner at a time, in the order of asking. A standing owner
 * (syslog) holds it until somebody else waits and then is asked to give it back; a borrower
 * (a fetch) holds it for a bounded time. An owner whose fiber is gone loses it.
 *
 * @devsWhenUsed
 */
export class SocketArbiter {
    private readonly waiting: Claim[] = []
    private owner: Claim
    private grants = 0
    private revocations = 0

    constructor(
        private readonly clock: Clock,
        private readonly socket: NetSocket
    ) {}

    /**
     * Waits for the socket, as an owner that may keep it until `recall` is called and then
     * releases it within RECALL_GRACE_MS.
     * @param recall somebody else waits; must not throw or wait
     * @throws ArbiterError when too many wait already
     */
    async claim(name: string, recall: () => void): Promise<Lease> {
        return await this.wait(new Claim(this, name, undefined, recall))
    }

    /**
     * Runs `body` with the socket, which it may use in any way, also through `fetch` of
     * `@devicescript/net`. It runs in a fiber of its own, so that neither the end of the
     * caller nor a body that never ends can keep the socket.
     * @param holdMs longest time `body` may take, after which it is terminated
     * @returns what `body` returns
     * @throws what `body` throws; ArbiterError when its time is over or too many wait
     */
    async borrow<T>(
        name: string,
        body: () => Promise<T>,
        holdMs = DEFAULT_HOLD_MS
    ): Promise<T> {
        const done = new Signal()
        const self = this
        let claim: Claim
        let result: T
        let error: any
        let finished = false
        const run = async () => {
            claim = new Claim(self, name, holdMs, () => {})
            try {
                await self.wait(claim)
                result = await body()
            } finally {
                finished = true
                claim.release()
                done.notify()
            }
        }
        spawn(run, e => {
            error = e
        })
        while (!finished && !(claim && claim.isOver)) {
            await done.wait(WATCH_MS)
            this.settle()
        }
        if (!finished)
            throw new ArbiterError(name, `not done within ${holdMs} ms`)
        if (error) throw error
        return result
    }

    /** Who has the socket, who waits, and how often it changed hands. */
    stats(): ArbiterStats {
        return {
            owner: this.owner ? this.owner.name : undefined,
            waiting: this.waiting.map(claim => claim.name),
            granted: this.grants,
            revoked: this.revocations,
        }
    }

    /** Ends a claim, waiting or granted. Used by the claim itself. */
    end(claim: Claim): void {
        if (claim.isOver) return
        claim.isOver = true
        const at = this.waiting.indexOf(claim)
        if (at >= 0) this.waiting.insert(at, -1)
        if (this.owner === claim) {
            this.owner = undefined
            // a borrower may have left its connection open: the next owner starts clean
            if (claim.holdMs) this.socket.reset()
        }
        this.settle()
    }

    private async wait(claim: Claim): Promise<Lease> {
        if (this.waiting.length >= MAX_CLAIMS)
            throw new ArbiterError(
                claim.name,
                `${MAX_CLAIMS} claims wait already`
            )
        this.waiting.push(claim)
        this.settle()
        while (this.owner !== claim) {
            await ds.suspend(WATCH_MS)
            this.settle()
        }
        return claim
    }

    /** Brings everything up to date: ends what is over, asks back, grants. */
    private settle(): void {
        const { owner, waiting } = this
        if (owner && isOverdue(owner, this.clock.millis(), waiting.length))
            this.revoke(owner)
        while (!this.owner && waiting.length) {
            const next = waiting.shift()
            if (!isAlive(next.fiber)) {
                next.isOver = true
                continue
            }
            this.owner = next
            this.grants++
            next.since = this.clock.millis()
            resumeFiber(next.fiber)
        }
    }

    /** Takes the socket from an owner. */
    private revoke(owner: Claim): void {
        owner.isOver = true
        this.owner = undefined
        this.revocations++
        if (owner.holdMs) {
            try {
                owner.fiber.terminate()
            } catch (e: any) {
                // it ended by itself
            }
        } else owner.recall()
        this.socket.reset()
    }
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
function isOverdue(owner: Claim, now: number, waiting: number): boolean {
    if (!isAlive(owner.fiber)) return true
    const held = now - owner.since
    if (owner.holdMs) return held > owner.holdMs
    if (!waiting) return false
    if (owner.recalledAt !== undefined)
        return now - owner.recalledAt > RECALL_GRACE_MS
    if (held >= MIN_TURN_MS) {
        owner.recalledAt = now
        owner.recall()
    }
    return false
}
