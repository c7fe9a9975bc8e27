// A console for boards in the browser: `fiberctl web`, and `fiberctl sim --web`.
import type { ConnectOptions } from "../client/index.ts"
import type { BoardClient } from "./server/board-client.ts"
import { type OwnSimulator, Sessions } from "./server/sessions.ts"
import { WebServer, type WebOptions } from "./server/web-server.ts"

export type { BoardClient } from "./server/board-client.ts"
export { buildPage } from "./server/page-files.ts"
export { type OwnSimulator } from "./server/sessions.ts"
export { SimulatedBoard } from "./server/simulated-board.ts"
export { type WebOptions } from "./server/web-server.ts"

/** A console that runs. */
export interface WebConsole {
    /** The address to open. */
    url: string
    /** Why there is no bus yet, if so; it is waited for. */
    missing?: string
    close(): Promise<void>
}

/**
 * Starts a console for the boards of a bus.
 * @param own the simulator that runs in this process, if it is one
 * @throws UsageError when it cannot listen
 */
export async function startWeb(
    boards: ConnectOptions,
    options: WebOptions = {},
    own?: OwnSimulator
): Promise<WebConsole> {
    const sessions = new Sessions(boards, own)
    const server = new WebServer(sessions, options)
    await server.start(options.port)
    const missing = await sessions.start()
    return { url: server.url, missing, close: () => close(server, sessions) }
}

/**
 * Starts a console for boards that are connected already.
 * @throws UsageError when it cannot listen
 */
export async function serveBoards(
    boards: BoardClient[],
    options: WebOptions = {}
): Promise<WebConsole> {
    const sessions = new Sessions({})
    for (const board of boards) sessions.add(board)
    const server = new WebServer(sessions, options)
    await server.start(options.port)
    return { url: server.url, close: () => close(server, sessions) }
}

async function close(server: WebServer, sessions: Sessions): Promise<void> {
    await server.close()
    await sessions.close()
}
