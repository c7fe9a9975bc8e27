import * as ds from "@devicescript/core"

/**
 * Resumes a fiber if it still exists and is suspended, and does nothing otherwise.
 * The VM throws on `resume` of a fiber that is gone, asleep or running.
 */
export function resumeFiber(fiber: ds.Fiber, value?: unknown): void {
    try {
        if (fiber.suspended) fiber.resume(value)
    } catch (e: any) {
        // the fiber ended or was terminated: nobody is left to wake
    }
}

/**
 * Starts `body` in a fiber of its own. Whatever it throws reaches `failed`
 * instead of the root of the fiber, where it would restart the whole program (panic 60005).
 */
export function spawn(
    body: () => Promise<void>,
    failed: (error: unknown) => void
): ds.Fiber {
    const root = async () => {
        try {
            await body()
        } catch (e: any) {
            failed(e)
        }
    }
    return root.start()
}

/**
 * Wakes the one fiber that waits for it. A notification that comes before the wait
 * is kept, once: the next `wait` returns at once (a binary semaphore).
 * @devsWhenUsed
 */
export class Signal {
    private waiter: ds.Fiber
    private pending = false

    /** Wakes the waiting fiber, or lets the next `wait` pass. Never throws, never waits. */
    notify(): void {
        this.pending = true
        if (this.waiter) resumeFiber(this.waiter)
    }

    /**
     * Waits for `notify`.
     * @param timeout longest wait in ms; for ever when left out
     * @returns true when notified, false when the time ran out
     */
    async wait(timeout?: number): Promise<boolean> {
        if (!this.pending) {
            this.waiter = ds.Fiber.self()
            await ds.suspend(timeout)
            this.waiter = undefined
        }
        const notified = this.pending
        this.pending = false
        return notified
    }
}
