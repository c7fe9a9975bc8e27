import { once } from "node:events"
import { type AddressInfo, createServer, type Socket } from "node:net"

const SPACE = 0x20
const ZERO = 0x30

/** Counts the octet-counted frames (RFC 6587, section 3.4.1) of one connection. */
class FrameCounter {
    /** Bytes of the current frame that have not arrived yet. */
    private missing = 0
    /** The length of the next frame, as far as its digits have arrived. */
    private length = 0

    /** @returns how many frames ended within `data` */
    push(data: Buffer): number {
        let frames = 0
        let at = 0
        while (at < data.length) {
            if (this.missing) {
                const taken = Math.min(this.missing, data.length - at)
                at += taken
                this.missing -= taken
                if (!this.missing) frames++
                continue
            }
            const byte = data[at++]
            if (byte === SPACE) {
                this.missing = this.length
                this.length = 0
            } else if (byte >= ZERO && byte < ZERO + 10)
                this.length = this.length * 10 + byte - ZERO
            else throw new Error(`byte ${byte} in place of a frame's length`)
        }
        return frames
    }
}

/** A collector that only counts lines, so that its own work does not limit what is measured. */
export class Sink {
    /** Complete messages. */
    lines = 0
    bytes = 0
    private readonly server = createServer(socket => this.accept(socket))
    private readonly sockets = new Set<Socket>()
    private wanted = Infinity
    private reached: (at: number) => void = () => {}

    /** Starts to listen on a free port of 127.0.0.1 and returns it. */
    async start(): Promise<number> {
        this.server.listen(0, "127.0.0.1")
        await once(this.server, "listening")
        return (this.server.address() as AddressInfo).port
    }

    /** Waits for line number `count` since the start. @returns when it arrived, in ms */
    waitFor(count: number, timeoutMs: number): Promise<number> {
        return new Promise((resolve, reject) => {
            const timer = setTimeout(
                () =>
                    reject(
                        new Error(`${this.lines} of ${count} lines have come`)
                    ),
                timeoutMs
            )
            this.reached = at => {
                clearTimeout(timer)
                this.wanted = Infinity
                resolve(at)
            }
            this.wanted = count
            this.check()
        })
    }

    async stop(): Promise<void> {
        for (const socket of this.sockets) socket.destroy()
        await new Promise(resolve => this.server.close(resolve))
    }

    private accept(socket: Socket): void {
        const counter = new FrameCounter()
        this.sockets.add(socket)
        socket.on("data", data => {
            this.bytes += data.length
            this.lines += counter.push(data)
            this.check()
        })
        socket.on("error", () => socket.destroy())
        socket.on("close", () => this.sockets.delete(socket))
    }

    private check(): void {
        if (this.lines >= this.wanted) this.reached(performance.now())
    }
}
