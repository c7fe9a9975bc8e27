import { once } from "node:events"
import { connect, createServer, type AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

/** Time between two looks, in ms; a late one counts as at most twice that. */
const LOOK_MS = 10

/** How many times as long a limit is while none of the boards runs, as one without power. */
const SLOWEST = 10

/** The boards that run for a test, with the time that each has run, in ms of its own. */
export const boards = new Set<{ readonly boardTime: number }>()

/**
 * Sleeps until the next look.
 * @returns how long that was, in ms of the boards' own time; without boards, of a clock that stops
 * while this process does. So a busy machine makes no limit shorter.
 */
export async function untilNextLook(): Promise<number> {
    const from = performance.now()
    const times = new Map([...boards].map(board => [board, board.boardTime]))
    await sleep(LOOK_MS)
    const own = Math.min(performance.now() - from, 2 * LOOK_MS)
    if (times.size === 0) return own
    const ran = [...times].map(([board, time]) => board.boardTime - time)
    return Math.max(own / SLOWEST, ...ran)
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

/**
 * Waits until `condition` holds.
 * @throws naming `what` when it does not within `timeoutMs` of the boards' own time
 */
export async function until(
    what: string | (() => string),
    condition: () => boolean,
    timeoutMs = 60_000
): Promise<void> {
    for (let waited = 0; !condition(); waited += await untilNextLook())
        if (waited > timeoutMs)
            throw new Error(
                `not within ${timeoutMs} ms: ${typeof what === "string" ? what : what()}`
            )
}
