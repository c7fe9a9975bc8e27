import { once } from "node:events"
import { connect, createServer, type AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

/** Time between two looks, in ms; one that comes late counts twice that. */
const LOOK_MS = 10

/**
 * Sleeps until the next look.
 * @returns how long that was, in ms of a clock that stops while this process does: on a busy
 * machine a limit that goes by it is no shorter than on a quiet one
 */
async function untilNextLook(): Promise<number> {
    const from = performance.now()
    await sleep(LOOK_MS)
    return Math.min(performance.now() - from, 2 * LOOK_MS)
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1")
    await once(server, "listening")
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, "close")
    return port
}

/** Waits until something listens. @throws when nothing does within `timeoutMs` */
export async function waitForPort(
    port: number,
    timeoutMs = 10_000
): Promise<void> {
    for (let waited = 0; ; waited += await untilNextLook()) {
        const socket = connect(port, "127.0.0.1")
        try {
            await once(socket, "connect")
            return
        } catch (error) {
            if (waited > timeoutMs)
                throw new Error(`nothing listens at port ${port}`, {
                    cause: error,
                })
        } finally {
            socket.destroy()
        }
    }
}

/** Waits until `condition` holds. @throws naming `what` when it does not within `timeoutMs` */
export async function until(
    what: string,
    condition: () => boolean,
    timeoutMs = 60_000
): Promise<void> {
    for (let waited = 0; !condition(); waited += await untilNextLook())
        if (waited > timeoutMs)
            throw new Error(`not within ${timeoutMs} ms: ${what}`)
}
