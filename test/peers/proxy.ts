import {
    connect,
    createServer,
    type AddressInfo,
    type Server,
    type Socket,
} from "node:net"
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"

/**
 * What happens to the bytes on their way to the collector: `pass` them, read none of them
 * (`hole`), read them and pass none (`deaf`), or pass them at 1 KB a second (`slow`).
 */
export type ProxyMode = "pass" | "hole" | "deaf" | "slow"

/** Bytes that a `slow` proxy passes at a time … */
const DRIP_BYTES = 102
/** … and the time between, ms. */
const DRIP_MS = 100
/** Bytes missing at the end of a frame when a connection is cut within it. */
const CUT_BYTES = 10

interface Pair {
    readonly board: Socket
    readonly peer: Socket
    /** Nothing is passed any more, and neither end is told. */
    isDead: boolean
    /** Bytes to be passed slowly; later ones queue behind them. */
    slow: Buffer[]
}

/** A proxy between board and collector that plays a broken network. */
export class Proxy {
    /** Connections that the board made. */
    connections = 0
    private readonly target: number
    private mode: ProxyMode = "pass"
    private server: Server | undefined
    private boundPort = 0
    private isCutting = false
    private readonly pairs = new Set<Pair>()

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

    /** Passes the next bytes of the board without the end of the last frame, then resets. */
    cutNext(): void {
        this.isCutting = true
    }

    /** Leaves the current connections half open: the peer is gone. New ones work as usual. */
    halfOpen(): void {
        for (const pair of this.pairs) {
            pair.isDead = true
            pair.peer.destroy()
        }
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
        const pair: Pair = { board, peer, isDead: false, slow: [] }
        this.pairs.add(pair)
        board.on("data", data => this.forward(pair, data))
        peer.on("data", data => {
            if (this.mode !== "deaf") board.write(data)
        })
        const end = () => {
            if (pair.isDead && !board.destroyed) return
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

    private forward(pair: Pair, data: Buffer): void {
        if (this.mode === "deaf" || pair.isDead) return
        if (this.mode === "slow" || pair.slow.length) {
            pair.slow.push(data)
            if (pair.slow.length === 1) void this.drip(pair)
        } else if (this.isCutting) {
            this.isCutting = false
            const { board, peer } = pair
            peer.write(data.subarray(0, -CUT_BYTES), () => peer.destroy())
            board.resetAndDestroy()
        } else pair.peer.write(data)
    }

    /** Passes bytes slowly for as long as the mode says so; reads no more until they are gone. */
    private async drip({ board, peer, slow }: Pair): Promise<void> {
        board.pause()
        while (slow.length && !peer.destroyed) {
            if (this.mode === "slow") await sleep(DRIP_MS)
            const [data] = slow
            peer.write(data!.subarray(0, DRIP_BYTES))
            if (data!.length > DRIP_BYTES) slow[0] = data!.subarray(DRIP_BYTES)
            else slow.shift()
        }
        if (this.mode !== "hole") board.resume()
    }
}
