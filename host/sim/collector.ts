import { createServer, type Server, type Socket } from "node:net"
import { FramingDecoder, FramingError, type SyslogLine } from "./framing.ts"
import { listen } from "./listen.ts"

/** What a collector tells. */
export interface CollectorListener {
    /** A message came whole. */
    syslog(message: SyslogLine): void
    /** A sender broke the framing; its connection was closed. */
    malformed(problem: string): void
}

/** A syslog collector over TCP on 127.0.0.1, in RFC 6587 framing, told apart per connection. */
export class Collector {
    private readonly listener: CollectorListener
    private server: Server | undefined
    private readonly sockets = new Set<Socket>()
    private paused = false
    private boundPort = 0

    constructor(listener: CollectorListener) {
        this.listener = listener
    }

    /** The port it listens on, kept while it is stopped; 0 before the first start. */
    get port(): number {
        return this.boundPort
    }

    /** Open connections. */
    get connections(): number {
        return this.sockets.size
    }

    /** Bytes that the open connections have brought. */
    get bytesRead(): number {
        let sum = 0
        for (const socket of this.sockets) sum += socket.bytesRead
        return sum
    }

    /** Whether it leaves what is sent unread. */
    get isPaused(): boolean {
        return this.paused
    }

    /**
     * Starts to listen: on `port` when given, else where it listened before, else on a free port.
     * @throws UsageError when the port is in use
     */
    async start(port = this.boundPort): Promise<number> {
        this.server = createServer(socket => this.accept(socket))
        this.boundPort = await listen(this.server, port)
        return this.boundPort
    }

    /** Stops to listen and cuts every connection; `start` opens the same port again. */
    async stop(): Promise<void> {
        const { server } = this
        if (!server) return
        this.server = undefined
        for (const socket of this.sockets) socket.destroy()
        await new Promise(resolve => server.close(resolve))
    }

    /** Leaves what is sent unread, so that senders feel back-pressure. */
    pause(): void {
        this.paused = true
        for (const socket of this.sockets) socket.pause()
    }

    /** Reads again. */
    resume(): void {
        this.paused = false
        for (const socket of this.sockets) socket.resume()
    }

    private accept(socket: Socket): void {
        const decoder = new FramingDecoder()
        this.sockets.add(socket)
        if (this.paused) socket.pause()
        const guarded = (step: () => void) => {
            try {
                step()
            } catch (error) {
                if (!(error instanceof FramingError)) throw error
                this.listener.malformed(error.message)
                socket.destroy()
            }
        }
        socket.on("data", data =>
            guarded(() =>
                decoder.push(data, message => this.listener.syslog(message))
            )
        )
        socket.on("end", () => guarded(() => decoder.end()))
        socket.on("error", () => {
            // a sender that was cut off; "close" follows
        })
        socket.on("close", () => this.sockets.delete(socket))
    }
}
