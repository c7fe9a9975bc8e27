import * as ds from "@devicescript/core"
import type { RemoteParts } from "./parts"
import { sendEvent } from "./server"
import type { Watcher } from "./state"

/** How often a watched board looks for news, in ms: the delay of `logs -f`. */
const LOOK_MS = 50

/** Watches for `seconds` from now on. */
export function watch(
    parts: RemoteParts,
    watcher: Watcher,
    seconds: number
): void {
    const { until } = watcher
    const now = parts.clock.millis()
    const end = now + seconds * 1000
    if (until === 0) look.start(parts, watcher)
    if (end > until) watcher.until = end
}

async function look(parts: RemoteParts, watcher: Watcher): Promise<void> {
    const forget = parts.tasks.onChange(() => {
        watcher.changes++
    })
    let changes = watcher.changes
    watcher.lines = parts.ring ? parts.ring.next() : 0
    while (parts.clock.millis() < watcher.until) {
        await lookAtLines(parts, watcher)
        if (changes !== watcher.changes) {
            changes = watcher.changes
            await sendEvent(ds.Fiberd.spec.lookup("tasks").encode(changes))
        }
        await ds.sleep(LOOK_MS)
    }
    forget()
    watcher.until = 0
}

async function lookAtLines(
    { ring }: RemoteParts,
    watcher: Watcher
): Promise<void> {
    if (!ring || ring.next() === watcher.lines) return
    watcher.lines = ring.next()
    await sendEvent(ds.Fiberd.spec.lookup("lines").encode(watcher.lines))
}
