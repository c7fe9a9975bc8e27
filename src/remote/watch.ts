import * as ds from "@devicescript/core"
import { sendEvent } from "./answer"
import type { RemoteServer } from "./state"

/** Time between two looks for new lines and changes, in ms: the longest delay of `logs -f`. */
const LOOK_MS = 50

/**
 * Sends events for `seconds` from now on. A client asks again before the time is over; for one that
 * goes away the events end by themselves.
 * @throws TaskError when the registry has too many listeners
 */
export function watch(server: RemoteServer, seconds: number): void {
    const { watchedUntil } = server
    const until = server.clock.millis() + seconds * 1000
    if (watchedUntil === 0) {
        // not in the fiber: what it throws becomes the answer
        const forget = server.tasks.onChange(() => {
            server.taskChanges++
        })
        look.start(server, forget)
    }
    if (until > watchedUntil) server.watchedUntil = until
}

async function look(server: RemoteServer, forget: () => void): Promise<void> {
    const { ring } = server
    let changes = server.taskChanges
    let next = ring ? ring.next() : 0
    while (server.clock.millis() < server.watchedUntil) {
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
