import * as ds from "@devicescript/core"
import { sendEvent } from "./answer"
import type { RemoteServer } from "./state"

/** How often a watched board looks for news, in ms: the delay of `logs -f`. */
const LOOK_MS = 50

/**
 * Sends events for `seconds` from now on. A client asks again before its time is over, so that
 * one that goes away leaves nothing behind.
 * @throws TaskError when the registry has too many listeners
 */
export function watch(server: RemoteServer, seconds: number): void {
    const { watchedUntil, parts } = server
    const until = parts.clock.millis() + seconds * 1000
    if (watchedUntil === 0) {
        // here, where what it throws is the answer
        const forget = parts.tasks.onChange(() => {
            server.taskChanges++
        })
        look.start(server, forget)
    }
    if (until > watchedUntil) server.watchedUntil = until
}

async function look(server: RemoteServer, forget: () => void): Promise<void> {
    const { clock, ring } = server.parts
    let changes = server.taskChanges
    let next = ring ? ring.next() : 0
    while (clock.millis() < server.watchedUntil) {
        if (ring && ring.next() !== next) {
            next = ring.next()
            await sendEvent(ds.Fiberd.spec.lookup("lines").encode(next))
        }
        if (changes !== server.taskChanges) {
            changes = server.taskChanges
            await sendEvent(ds.Fiberd.spec.lookup("tasks").encode(changes))
        }
        await ds.sleep(LOOK_MS)
    }
    forget()
    server.watchedUntil = 0
}
