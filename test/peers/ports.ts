import { once } from "node:events"
import { connect, createServer, type AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

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
    const until = Date.now() + timeoutMs
    for (;;) {
        const socket = connect(port, "127.0.0.1")
        try {
            await once(socket, "connect")
            return
        } catch (error) {
            if (Date.now() > until)
                throw new Error(`nothing listens at port ${port}`, {
                    cause: error,
                })
            await sleep(20)
        } finally {
            socket.destroy()
        }
    }
}

/** Waits until `condition` holds. @throws naming `what` when it does not within `timeoutMs` */
export async function until(
    what: string,
    condition: () => boolean,
    timeoutMs = 10_000
): Promise<void> {
    const end = Date.now() + timeoutMs
    while (!condition()) {
        if (Date.now() > end)
            throw new Error(`not within ${timeoutMs} ms: ${what}`)
        await sleep(10)
    }
}
