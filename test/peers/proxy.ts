import {
    connect,
    createServer,
    type AddressInfo,
    type Server,
    type Socket,
} from "node:net"
import type { TestContext } from "node:test"

/**
 * What happens to the bytes on their way to the collector:
 * `pass` them, read none of them (`hole`), read them and pass none (`deaf`),
 * or pass `slow` ones, 1 KB a second.
 */
export type ProxyMode = "pass" | "hole" | "deaf" | "slow"

/** Bytes a second of a slow proxy. */
const SLOW_BYTES = 1024

/** A proxy between board and collector that plays a broken network. */
export class Proxy {
    /** Connections that the board made. */
    connections = 0
    private readonly target: number
    private mode: ProxyMode = "pass"
    private server: Server | undefined
    private boundPort = 0
    private readonly pairs = new Set<{ board: Socket; peer: Socket }>()

    private constructor(target: number) {
        this.target = target
    }

    /** A proxy that listens before the collector at port `target`; closed after the test. */
    static async start(t: TestContext, target: number): Promise<Proxy> {
        const proxy = new Proxy(target)
        const server = createServer(socket => proxy.accept(socket))
        proxy.server = server
        await new Promise<void>(done => server.listen(0, "127.0.0.1", done))
        proxy.boundPort = (server.address() as AddressInfo).port
        t.after(() => proxy.stop())
        return proxy
    }

    get port(): number {
        return this.boundPort
    }

    /** Treats the bytes of all connections, and of those to come, in this way. */
    play(mode: ProxyMode): void {
        this.mode = mode
        for (const { board } of this.pairs)
            if (mode === "hole") board.pause()
            else board.resume()
    }

    /** Resets every connection to the board, in the middle of whatever is under way. */
    reset(): void {
        for (const { board, peer } of this.pairs) {
            board.resetAndDestroy()
            peer.destroy()
        }
        this.pairs.clear()
    }

    private async stop(): Promise<void> {
        const { server } = this
        if (!server) return
        this.server = undefined
        this.reset()
        await new Promise(done => server.close(done))
    }

    private accept(board: Socket): void {
        this.connections++
        const peer = connect(this.target, "127.0.0.1")
        const pair = { board, peer }
        this.pairs.add(pair)
        board.on("data", data => this.forward(board, peer, data))
        peer.on("data", data => {
            if (this.mode !== "deaf") board.write(data)
        })
        const end = () => {
            this.pairs.delete(pair)
            board.destroy()
            peer.destroy()
        }
        for (const socket of [board, peer]) {
            socket.on("error", end)
            socket.on("close", end)
        }
        if (this.mode === "hole") board.pause()
    }

    private forward(board: Socket, peer: Socket, data: Buffer): void {
        if (this.mode === "deaf") return
        peer.write(data)
        if (this.mode !== "slow") return
        board.pause()
        const delay = (data.length / SLOW_BYTES) * 1000
        setTimeout(
            () => {
                if (this.mode !== "hole") board.resume()
            },
            Math.min(delay, 500)
        ).unref()
    }
}
