import { createServer, connect, type Server, type Socket } from "node:net"
import { splitFrames, wrapFrame } from "../bus/index.ts"
import { listen } from "./listen.ts"

/** Place and length of the device id in a frame. */
const DEVICE_AT = 4
const DEVICE_BYTES = 8

/**
 * One bus for clients of several boards. Each board keeps its own bus, with its LED, buzzer,
 * Wi-Fi and clock; the hub passes on what its program sends, what its LED and buzzer send and
 * receive, and what clients send.
 */
export class Hub {
    private readonly server: Server
    private readonly clients = new Set<Socket>()
    private readonly boards: Socket[] = []

    constructor() {
        this.server = createServer(client => {
            this.clients.add(client)
            client.setNoDelay(true)
            onFrames(client, frame => {
                for (const board of this.boards) send(board, frame)
            })
            client.on("close", () => this.clients.delete(client))
        })
    }

    /** @returns the port on 127.0.0.1 */
    start(): Promise<number> {
        return listen(this.server, 0)
    }

    /**
     * Adds a board.
     * @param busPort port of its bus
     * @param devices those whose packets, sent and received, are for clients: 16 hex digits each
     */
    addBoard(busPort: number, devices: string[]): void {
        const board = connect({
            port: busPort,
            host: "127.0.0.1",
            noDelay: true,
        })
        const shown = new Set(devices)
        onFrames(board, frame => {
            const id = frame.subarray(DEVICE_AT, DEVICE_AT + DEVICE_BYTES)
            if (shown.has(Buffer.from(id).toString("hex")))
                for (const client of this.clients) send(client, frame)
        })
        this.boards.push(board)
    }

    async stop(): Promise<void> {
        for (const socket of [...this.boards, ...this.clients]) socket.destroy()
        await new Promise(resolve => this.server.close(resolve))
    }
}

function onFrames(socket: Socket, take: (frame: Uint8Array) => void): void {
    let rest: Buffer = Buffer.alloc(0)
    socket.on("data", data => {
        const split = splitFrames(Buffer.concat([rest, data]))
        rest = split.rest
        for (const frame of split.frames) take(frame)
    })
    socket.on("error", () => {
        // "close" follows
    })
}

function send(socket: Socket, frame: Uint8Array): void {
    const bytes = wrapFrame(frame)
    if (bytes && socket.writable) socket.write(bytes)
}
