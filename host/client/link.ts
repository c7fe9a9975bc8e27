import { EventEmitter } from "node:events"
import { connect as connectSocket, type Socket } from "node:net"
import {
    createNodeWebSerialTransport,
    FRAME_PROCESS,
    JDBus,
    Packet,
    PACKET_PROCESS,
} from "jacdac-ts"
import { splitFrames, wrapFrame } from "../bus/index.ts"
import { NoBoardError } from "./errors.ts"

/** A frame with the id of whoever sent it, so that it is not sent back. */
type Frame = Uint8Array & { _jacdac_sender?: string }

/** How long a connection may take, in ms. */
const CONNECT_TIMEOUT_MS = 3000
/** Pause before a lost bus is looked for again, in ms. */
const RETRY_MS = 300

/** Where a bus is: the address of a TCP server, which may be another one after a restart. */
export type FindBus = () => Promise<{ host: string; port: number }>

/** What a link tells. */
interface LinkEvents {
    packet: [Packet]
    /** The connection was lost; it is looked for until it is back. */
    lost: []
    back: []
}

/** A connection to a Jacdac bus, which mends itself. */
export class Link extends EventEmitter<LinkEvents> {
    private readonly bus: JDBus
    private readonly find: FindBus | undefined
    private socket: Socket | undefined
    private closed = false
    private timer: NodeJS.Timeout | undefined

    private constructor(find: FindBus | undefined) {
        super()
        this.setMaxListeners(0)
        this.find = find
        this.bus = new JDBus([], { client: false, disableRoleManager: true })
        // a client says nothing on the bus but its requests
        this.bus.passive = true
        this.bus.on(PACKET_PROCESS, (packet: Packet) =>
            this.emit("packet", packet)
        )
        this.bus.on(FRAME_PROCESS, (frame: Frame) => {
            if (frame._jacdac_sender) return
            const bytes = wrapFrame(frame)
            if (bytes && this.socket?.writable) this.socket.write(bytes)
        })
    }

    /** Joins a bus by TCP. @throws NoBoardError when there is none */
    static async tcp(find: FindBus): Promise<Link> {
        const link = new Link(find)
        try {
            await link.join()
        } catch (error) {
            await link.close()
            throw error
        }
        return link
    }

    /** Joins the bus of a board at a serial port. @throws NoBoardError when it cannot be opened */
    static async serial(path: string): Promise<Link> {
        const { SerialPort } = await import("serialport")
        // the transport takes the first port that it is shown
        class OnePort extends SerialPort {
            static override async list() {
                const ports = await SerialPort.list()
                return ports.filter(port => port.path === path)
            }
        }
        const link = new Link(undefined)
        const transport = createNodeWebSerialTransport(OnePort)
        link.bus.addTransport(transport)
        link.bus.start()
        try {
            await transport.connect()
        } catch (error) {
            await link.close()
            throw new NoBoardError(
                `serial port "${path}": ${(error as Error).message}`
            )
        }
        if (!transport.connected) {
            await link.close()
            throw new NoBoardError(`no board at serial port "${path}"`)
        }
        return link
    }

    /** Whether there is a connection now. */
    get isUp(): boolean {
        return this.find === undefined || this.socket !== undefined
    }

    /** Sends a command to a service. */
    send(
        device: string,
        serviceIndex: number,
        command: number,
        payload: Uint8Array
    ): void {
        const packet = Packet.from(command, payload)
        packet.deviceIdentifier = device
        packet.serviceIndex = serviceIndex
        packet.isCommand = true
        void this.bus.sendFrameAsync(packet.toBuffer())
    }

    /** Ends the connection. */
    async close(): Promise<void> {
        this.closed = true
        clearTimeout(this.timer)
        this.socket?.destroy()
        await this.bus.stop()
    }

    private async join(): Promise<void> {
        const { host, port } = await this.find!()
        const socket = await open(host, port)
        if (this.closed) return void socket.destroy()
        this.socket = socket
        let rest: Buffer = Buffer.alloc(0)
        socket.on("data", data => {
            const split = splitFrames(Buffer.concat([rest, data]))
            rest = split.rest
            for (const bytes of split.frames) {
                const frame: Frame = bytes
                frame._jacdac_sender = "bus"
                void this.bus.sendFrameAsync(frame)
            }
        })
        socket.on("error", () => {
            // "close" follows
        })
        socket.once("close", () => {
            this.socket = undefined
            if (this.closed) return
            this.emit("lost")
            this.joinLater()
        })
    }

    private joinLater(): void {
        this.timer = setTimeout(async () => {
            try {
                await this.join()
                this.emit("back")
            } catch {
                if (!this.closed) this.joinLater()
            }
        }, RETRY_MS)
    }
}

function open(host: string, port: number): Promise<Socket> {
    return new Promise((resolve, reject) => {
        const socket = connectSocket({ host, port, noDelay: true })
        const failed = (why: string) => {
            socket.destroy()
            reject(new NoBoardError(`no bus at ${host}:${port}: ${why}`))
        }
        const timer = setTimeout(
            () => failed("it does not answer"),
            CONNECT_TIMEOUT_MS
        )
        socket.once("error", error => {
            clearTimeout(timer)
            failed(error.message)
        })
        socket.once("connect", () => {
            clearTimeout(timer)
            socket.removeAllListeners("error")
            resolve(socket)
        })
    })
}
