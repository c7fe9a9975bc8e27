import * as ds from "@devicescript/core"
import type { Supervisor } from "./supervisor"

// Fibers that wait for some task to change its state. Each looks for itself whether that was the
// change it waits for.

/** Suspends the calling fiber until the next change, or for `timeout` ms at most. */
export async function pauseForChange(
    supervisor: Supervisor,
    timeout?: number
): Promise<void> {
    const self = ds.Fiber.self()
    const { watchers } = supervisor
    watchers.push(self)
    await ds.suspend(timeout)
    const at = watchers.indexOf(self)
    if (at >= 0) watchers.insert(at, -1)
}

/** Wakes all of them. A fiber that was terminated while it waited is forgotten. */
export function wakeWatchers(supervisor: Supervisor): void {
    const { watchers } = supervisor
    for (let i = watchers.length - 1; i >= 0; --i) {
        try {
            if (watchers[i].suspended) watchers[i].resume(undefined)
        } catch (e: any) {
            watchers.insert(i, -1)
        }
    }
}
