import * as ds from "@devicescript/core"
import {
    AtOnce,
    Clock,
    isAlive,
    namedError,
    nameOf,
    NetSocket,
    removeFrom,
    resumeFiber,
    unneeded,
} from "../platform"

/** Most claims that may wait at once when a borrower is to wait, too. */
export const MAX_CLAIMS = 16
/** How long a borrower may hold the socket by default, ms. */
export const DEFAULT_HOLD_MS = 15000
/** Longest hold that a borrower may ask for, ms. */
export const MAX_HOLD_MS = 3600000
/** How long a standing owner may keep the socket after its recall, ms. */
export const RECALL_GRACE_MS = 2000
/** How long a standing owner holds the socket before it can be recalled, ms. */
export const MIN_TURN_MS = 1000
/** Time between two checks whether the owner is gone or past its time, ms. */
const WATCH_MS = 250

/** The right to use the socket, until it is released. */
export interface Lease {
    readonly name: string
    /** True once the socket was given back or taken away: it must not be used any more. */
    isOver?: boolean
    /** Who uses it; none while a borrower's fiber is about to start. */
    fiber?: ds.Fiber
    /** Longest hold of a borrower, ms; undefined for a standing owner. */
    readonly holdMs?: number
    /** The fiber that waits for a borrower's end: when it is gone, nobody needs the result. */
    readonly caller?: ds.Fiber
    readonly recall?: () => AtOnce
    /** Uptime of the grant, ms; undefined while it waits. */
    since?: number
    /** Uptime of the recall, ms; undefined before. */
    recalledAt?: number
}

/** Who has the socket, and what the arbiter has done since boot. */
export interface ArbiterStats {
    /** Name of the owner; undefined while the socket is free. */
    owner: string | undefined
    /** Names of the waiting claims, in their order. */
    waiting: string[]
    /** Leases granted since boot. */
    granted: number
    /** Leases taken away since boot, from owners that were gone or past their time. */
    revoked: number
}

/**
 * Gives the VM's one socket to one owner at a time, in the order of the requests. A standing owner
 * (syslog) holds it until another claim waits, and is then asked to give it back; a borrower
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
     * Waits for the socket, without a limit of time. The owner may keep it until `recall` is called,
     * and must then release it within RECALL_GRACE_MS.
     * @param name names the owner in figures and errors
     * @param recall called when another claim waits, or when the socket is taken away; must not throw
     * or wait
     */
    async claim(name: string, recall: () => AtOnce): Promise<Lease> {
        const lease: Lease = { name, recall, fiber: ds.Fiber.self() }
        await wait(this, lease)
        return lease
    }

    /**
     * Waits for the socket, without a limit of time, and runs `body` with it; `body` may use it in any
     * way, also through `fetch` of `@devicescript/net`. It runs in another fiber, so that neither the
     * end of the caller nor a body that never ends can keep the socket. A caller that is a run of a task
     * gives it back, or gives up waiting for it, when the run is left behind. The other fiber is never
     * terminated, since it may wait in code of others: when its time is over, its connection is
     * closed. A borrow within a borrow shares the socket and the time of the outer one.
     * @param name names the borrower in figures and errors
     * @param holdMs longest time that `body` may have the socket, 1 to MAX_HOLD_MS
     * @param isWanted asked several times a second while it waits for the socket; once it is not wanted
     * any more, it gives up its place. A task that is asked to stop passes
     * `() => task.state === "running"`, and is not left behind
     * @returns what `body` returns
     * @throws what `body` throws; an error of name ArbiterError when its time is over, when it is given
     * up, or when MAX_CLAIMS wait already; RangeError for a `holdMs` out of its limits
     */
    async borrow<T>(
        name: string,
        body: () => Promise<T>,
        holdMs = DEFAULT_HOLD_MS,
        isWanted?: () => boolean
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
                if (!lease.isOver) result = await body()
            } catch (e: any) {
                error = e
                hasFailed = true
            }
            // taken away meanwhile; otherwise the caller waits in the loop below
            if (lease.isOver) return
            isDone = true
            self.release(lease)
            resumeFiber(caller)
        }
        lease.fiber = run.start()
        while (!lease.isOver) {
            await ds.suspend(WATCH_MS)
            settle(this)
            const isWaiting = lease.since === undefined
            const isGivenUp = isWaiting && isWanted && !isWanted()
            if (isGivenUp || unneeded.indexOf(caller) >= 0) this.release(lease)
        }
        if (!isDone)
            throw arbiterError(
                name,
                lease.since === undefined
                    ? "given up"
                    : `not done within ${holdMs} ms`
            )
        if (hasFailed) throw error
        return result
    }

    /** Who has the socket, who waits for it, and how often it was granted and taken away. */
    leases(): ArbiterStats {
        return {
            owner: this.owner ? this.owner.name : undefined,
            waiting: this.waiting.map(nameOf),
            granted: this.granted,
            revoked: this.revoked,
        }
    }

    /** Gives the socket back, or gives up waiting for it. May be called more than once. */
    release(lease: Lease): void {
        const { waiting } = this
        if (lease.isOver) return
        lease.isOver = true
        removeFrom(waiting, lease)
        if (this.owner === lease) {
            this.owner = undefined
            // a borrower may have left its connection open
            if (lease.caller) this.socket.disconnect()
        }
        settle(this)
    }
}

/** The error `ArbiterError`: the socket was refused or taken away; the message names the claim. */
function arbiterError(name: string, problem: string): Error {
    return namedError("ArbiterError", `socket for "${name}": ${problem}`)
}

/** Waits until a lease is granted, or given up. */
async function wait(arbiter: SocketArbiter, lease: Lease): Promise<void> {
    const { waiting } = arbiter
    // a standing owner waits once, and must not be kept out by many borrowers
    if (lease.caller && waiting.length >= MAX_CLAIMS)
        throw arbiterError(lease.name, `${MAX_CLAIMS} claims wait already`)
    waiting.push(lease)
    settle(arbiter)
    while (arbiter.owner !== lease && !lease.isOver) {
        await ds.suspend(WATCH_MS)
        settle(arbiter)
    }
}

/** Brings the leases up to date: takes away, recalls and grants what is due. */
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

/**
 * Whether an owner is gone or past its time. Recalls a standing owner whose turn is over.
 * @param waiting number of waiting claims; a standing owner may keep the socket while it is 0
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
