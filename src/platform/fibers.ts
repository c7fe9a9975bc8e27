import * as ds from "@devicescript/core"
import { removeFrom } from "./list"

/**
 * What a function returns that must not wait: anything but a promise, so that an `async` function in
 * its place does not compile. It would hold up its caller, and what waits for that.
 */
export type AtOnce =
    | void
    | null
    | boolean
    | number
    | string
    | (object & { _useAwaitPlease?: undefined })

/**
 * Resumes a fiber if there is one and it is suspended, and does nothing otherwise.
 * The VM throws on `resume` of a fiber that is gone, asleep or running.
 * @param value what `ds.suspend` of the fiber returns
 */
export function resumeFiber(
    fiber: ds.Fiber | undefined,
    value?: unknown
): void {
    try {
        if (fiber && fiber.suspended) fiber.resume(value)
    } catch (e: any) {
        // the fiber has ended or was terminated: there is nothing to resume
    }
}

/** Time for which a program may compute before the VM must attend to bus, flash and network, ms. */
const LONGEST_TURN_MS = 10
/** Longest rest, ms: the last delay may be an hour old, and no measure for this one. */
const LONGEST_REST_MS = 100
/** Until when all that compute wait for the VM, or have waited, ms of uptime; undefined at first. */
let restUntil: number
/** How much later than wanted the last of them went on, ms: the others computed meanwhile. */
let delay = 0

/**
 * Lets other fibers run, and now and then the VM itself. For work that is done in slices: in a wait
 * of 0 ms all fibers run that are due, but the VM attends to bus, flash, network and log only while
 * none is. With such waits alone a board would be out of reach for as long as it computes. Time
 * counts from the start of a slice, so the rest is as long as one slice of each.
 */
export async function giveWay(): Promise<void> {
    const now = ds.millis()
    if (!(now - restUntil < LONGEST_TURN_MS))
        restUntil = now + Math.min(delay + 1, LONGEST_REST_MS)
    const wanted = Math.max(now, restUntil)
    await ds.sleep(wanted - now)
    delay = ds.millis() - wanted
}

/** Fibers whose result nobody needs: runs of tasks that were left behind where they wait. */
export const unneeded: ds.Fiber[] = []

/** Whether a fiber has not ended. */
export function isAlive(fiber: ds.Fiber): boolean {
    try {
        return fiber.suspended !== undefined
    } catch (e: any) {
        return false // the VM throws for a fiber that is gone
    }
}

/**
 * Starts `body` in a new fiber. Whatever it throws is passed to `failed`, or dropped without one:
 * at the root of the fiber it would restart the whole program (panic 60005).
 */
export function spawn(
    body: () => Promise<void>,
    failed?: (error: unknown) => void
): ds.Fiber {
    const root = async () => {
        try {
            await body()
        } catch (e: any) {
            if (failed) failed(e)
        }
    }
    return root.start()
}

/**
 * Wakes the fibers that wait for it. Notifications while none waits are kept as one: the next
 * `wait` returns at once.
 * @devsWhenUsed
 */
export class Signal {
    private waiters: ds.Fiber[]
    /** Number of notifications so far, and of those that a `wait` has received. */
    private sent = 0
    private taken = 0

    /** Wakes all fibers that wait, or lets the next `wait` pass. Never throws, never waits. */
    notify(): void {
        this.sent++
        if (this.waiters) for (const fiber of this.waiters) resumeFiber(fiber)
    }

    /**
     * Waits for `notify`.
     * @param timeout longest wait in ms; no limit when left out
     * @returns true when notified, false when the time ran out
     */
    async wait(timeout?: number): Promise<boolean> {
        const { sent } = this
        if (sent === this.taken) {
            await this.suspend(timeout)
            // a notification is for all fibers that waited for it
            if (sent === this.sent) return false
        }
        this.taken = this.sent
        return true
    }

    private async suspend(timeout: number | undefined): Promise<void> {
        const self = ds.Fiber.self()
        if (!this.waiters) this.waiters = []
        const { waiters } = this
        waiters.push(self)
        await ds.suspend(timeout < 1 ? 1 : timeout)
        removeFrom(waiters, self)
    }
}
