import { readFileSync } from "node:fs"
import {
    createServer,
    type AddressInfo,
    type Server,
    type Socket,
} from "node:net"
import type { TestContext } from "node:test"
import { createServer as createTlsServer } from "node:tls"
import { OctetReader } from "./octets.ts"

const CERTIFICATES = new URL("./certificates/", import.meta.url)

/** Path of a certificate or key of `test/peers/certificates`, made for tests only. */
export function certificate(name: string): string {
    return new URL(name, CERTIFICATES).pathname
}

/** A collector in Node for octet counting, over TCP or TLS, that can go away and come back. */
export class Sink {
    /** Every whole message, in the order of arrival. */
    readonly messages: Buffer[] = []
    /** Bytes that came. */
    bytes = 0
    /** Connections that were accepted; with TLS, after a good handshake. */
    connections = 0
    /** TLS handshakes that failed. */
    refusals = 0
    /** Connections that were ended because of bytes that are no octet counting. */
    garbled = 0
    /** Times of all connects, by `performance.now()`; with TLS, before the handshake. */
    readonly attempts: number[] = []
    /** Takes each message instead of `messages`, when there are too many to keep. */
    onMessage: ((message: Buffer) => void) | undefined
    /** Speaks TLS as that name from the next start on; plain TCP when undefined. */
    certified: string | undefined
    private server: Server | undefined
    private readonly sockets = new Set<Socket>()
    private boundPort = 0

    private constructor(certified?: string) {
        this.certified = certified
    }

    /** A sink that listens, closed after the test. With `certified` it speaks TLS as that name. */
    static async start(t: TestContext, certified?: string): Promise<Sink> {
        const sink = new Sink(certified)
        t.after(() => sink.stop())
        await sink.start()
        return sink
    }

    get port(): number {
        return this.boundPort
    }

    /** Listens (again), on the same port. */
    async start(): Promise<void> {
        const server = this.makeServer()
        this.server = server
        await new Promise<void>((done, failed) => {
            server.once("error", failed)
            server.listen(this.boundPort, "127.0.0.1", done)
        })
        this.boundPort = (server.address() as AddressInfo).port
    }

    /** Stops to listen and resets every connection. */
    async stop(): Promise<void> {
        const { server } = this
        if (!server) return
        this.server = undefined
        for (const socket of this.sockets) socket.destroy()
        await new Promise(done => server.close(done))
    }

    private makeServer(): Server {
        const server = this.certified
            ? this.makeTlsServer()
            : createServer(socket => this.accept(socket))
        server.on("connection", () => this.attempts.push(performance.now()))
        return server
    }

    private makeTlsServer(): Server {
        const server = createTlsServer(
            {
                cert: readFileSync(certificate(`${this.certified}.pem`)),
                key: readFileSync(certificate(`${this.certified}.key`)),
            },
            socket => this.accept(socket)
        )
        server.on("tlsClientError", () => this.refusals++)
        return server
    }

    private accept(socket: Socket): void {
        this.connections++
        this.sockets.add(socket)
        const reader = new OctetReader()
        socket.on("data", data => {
            let messages: Buffer[]
            try {
                messages = reader.push(data)
            } catch {
                // TLS to a plain port
                this.garbled++
                return void socket.destroy()
            }
            this.bytes += data.length
            for (const message of messages)
                if (this.onMessage) this.onMessage(message)
                else this.messages.push(message)
        })
        socket.on("error", () => {})
        socket.on("close", () => this.sockets.delete(socket))
    }
}
