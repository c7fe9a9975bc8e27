import {
    createServer,
    type AddressInfo,
    type Server,
    type Socket,
} from "node:net"
import type { TestContext } from "node:test"
import { OctetReader } from "./octets.ts"

/**
 * What a collector does to its connections: `accept` (takes everything), `close` or `reset` at once,
 * or `once` (takes what is written first, and closes in order).
 */
export type Manner = "accept" | "close" | "reset" | "once"

/** A collector for octet counting that ends its connections, in the manner that is in force. */
export class RudeCollector {
    /** The whole messages that were read, in the order of arrival. */
    readonly messages: Buffer[] = []
    connections = 0
    /** Bytes that were read. */
    bytes = 0
    manner: Manner
    /** Called with each whole message; true resets its connection at once. */
    onMessage: ((message: Buffer) => boolean) | undefined
    private readonly server: Server
    private readonly sockets = new Set<Socket>()

    private constructor(manner: Manner) {
        this.manner = manner
        this.server = createServer(socket => this.take(socket))
    }

    /** One that listens; closed after the test. */
    static async start(t: TestContext, manner: Manner): Promise<RudeCollector> {
        const collector = new RudeCollector(manner)
        const { server, sockets } = collector
        await new Promise<void>(done => server.listen(0, "127.0.0.1", done))
        t.after(async () => {
            for (const socket of sockets) socket.destroy()
            await new Promise(done => server.close(done))
        })
        return collector
    }

    get port(): number {
        return (this.server.address() as AddressInfo).port
    }

    private take(socket: Socket): void {
        this.connections++
        this.sockets.add(socket)
        socket.on("error", () => {})
        socket.on("close", () => this.sockets.delete(socket))
        if (this.manner === "reset") return void socket.resetAndDestroy()
        if (this.manner === "close") {
            // what has arrived is read, so that the connection is closed and not reset
            socket.resume()
            return void socket.end()
        }
        const reader = new OctetReader()
        const isOnce = this.manner === "once"
        socket.on("data", data => {
            this.bytes += data.length
            for (const message of reader.push(data)) {
                if (this.onMessage?.(message))
                    return void socket.resetAndDestroy()
                this.messages.push(message)
            }
            if (isOnce) socket.end()
        })
    }
}
