import { createServer, type Server, type Socket } from "node:net"
import {
    FRAME_PROCESS,
    FRAME_PROCESS_LARGE,
    JDBus,
    RealTimeClockServer,
} from "jacdac-ts"
import { splitFrames, wrapFrame } from "../bus/index.ts"
import { listen } from "./listen.ts"

// a bus would set each clock on it to the local time of this machine, and boards count in UTC
RealTimeClockServer.syncTime = async () => {}

/** A frame with the id of whoever sent it, so that it is not sent back. */
type Frame = Uint8Array & { _jacdac_sender?: string }

/**
 * The Jacdac bus of one simulator: a `JDBus` for what the host simulates, and a TCP server for
 * VM processes, in the framing of the DeviceScript tool (length byte, then the frame).
 */
export class Bus {
    readonly jacdac: JDBus
    private readonly server: Server
    private readonly clients = new Map<string, Socket>()
    private count = 0

    constructor() {
        this.jacdac = new JDBus([], {
            client: false,
            disableRoleManager: true,
        })
        this.jacdac.passive = false
        const forward = (frame: Frame) => this.forward(frame)
        this.jacdac.on(FRAME_PROCESS, forward)
        this.jacdac.on(FRAME_PROCESS_LARGE, forward)
        this.server = createServer(socket => this.accept(socket))
    }

    /** Starts the bus. @returns its TCP port on 127.0.0.1 */
    async start(): Promise<number> {
        this.jacdac.start()
        return listen(this.server, 0)
    }

    /** Ends the bus and every connection to it. */
    async stop(): Promise<void> {
        for (const socket of this.clients.values()) socket.destroy()
        await new Promise(resolve => this.server.close(resolve))
        await this.jacdac.stop()
    }

    private forward(frame: Frame): void {
        const bytes = wrapFrame(frame)
        if (!bytes) return
        for (const [id, socket] of this.clients)
            if (id !== frame._jacdac_sender) socket.write(bytes)
    }

    private accept(socket: Socket): void {
        const id = `vm${++this.count}`
        this.clients.set(id, socket)
        socket.setNoDelay(true)
        let pending: Buffer = Buffer.alloc(0)
        socket.on("data", data => {
            pending = this.receive(Buffer.concat([pending, data]), id)
        })
        socket.on("error", () => {
            // a killed VM resets its connection; "close" follows
        })
        socket.on("close", () => this.clients.delete(id))
    }

    /** Takes the whole frames out of `data`. @returns the rest */
    private receive(data: Buffer, sender: string): Buffer {
        const { frames, rest } = splitFrames(data)
        for (const bytes of frames) {
            const frame: Frame = bytes
            frame._jacdac_sender = sender
            void this.jacdac.sendFrameAsync(frame)
        }
        return rest
    }
}
