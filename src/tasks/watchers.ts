import * as ds from "@devicescript/core"

/**
 * The fibers that wait for some task to change its state. Each looks for itself whether that was
 * the change it waits for.
 * @devsWhenUsed
 */
export class Watchers {
    private readonly fibers: ds.Fiber[] = []

    /** Suspends the calling fiber until the next change, or for `timeout` ms at most. */
    async pause(timeout?: number): Promise<void> {
        const self = ds.Fiber.self()
        this.fibers.push(self)
        await ds.suspend(timeout)
        this.remove(self)
    }

    /** Wakes all of them. A fiber that was terminated while it waited is forgotten. */
    wake(): void {
        const { fibers } = this
        for (let i = fibers.length - 1; i >= 0; --i) {
            try {
                if (fibers[i].suspended) fibers[i].resume(undefined)
            } catch (e: any) {
                fibers.insert(i, -1)
            }
        }
    }

    private remove(fiber: ds.Fiber): void {
        const at = this.fibers.indexOf(fiber)
        if (at >= 0) this.fibers.insert(at, -1)
    }
}
