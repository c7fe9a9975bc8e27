import { EventEmitter } from "node:events"
import { FRAME_PROCESS, JDBus, Packet, PACKET_PROCESS } from "jacdac-ts"
import type { OpenWire, Wire } from "./wire.ts"

/** A frame with the id of whoever sent it, so that it is not sent back. */
type Frame = Uint8Array & { _jacdac_sender?: string }

/** A packet of the bus. Declared here, as a program's compiler does not find the types of jacdac-ts. */
export interface BusPacket {
    readonly deviceIdentifier: string
    readonly serviceIndex: number
    readonly serviceCommand: number
    readonly isCommand: boolean
    readonly isEvent: boolean
    readonly eventCode: number
    readonly data: Uint8Array
}

/** Pause before a lost bus is looked for again, in ms. */
const RETRY_MS = 300

/** Events of a link. */
interface LinkEvents {
    packet: [BusPacket]
    /** The connection was lost; it is looked for until it is back. */
    lost: []
    back: []
}

/** A connection to a Jacdac bus, which reconnects by itself. */
export class Link extends EventEmitter<LinkEvents> {
    private readonly bus: JDBus
    private readonly open: OpenWire
    private wire: Wire | undefined
    private closed = false
    private timer: NodeJS.Timeout | undefined

    private constructor(open: OpenWire) {
        super()
        this.setMaxListeners(0)
        this.open = open
        this.bus = new JDBus([], { client: false, disableRoleManager: true })
        // a client sends nothing but its requests
        this.bus.passive = true
        this.bus.on(PACKET_PROCESS, (packet: Packet) =>
            this.emit("packet", packet)
        )
        this.bus.on(FRAME_PROCESS, (frame: Frame) => {
            if (!frame._jacdac_sender) this.wire?.send(frame)
        })
    }

    /** Joins a bus. @throws NoBoardError when there is none */
    static async join(open: OpenWire): Promise<Link> {
        const link = new Link(open)
        try {
            await link.join()
        } catch (error) {
            await link.close()
            throw error
        }
        return link
    }

    /** Whether there is a connection now. */
    get isUp(): boolean {
        return this.wire !== undefined
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
        this.wire?.close()
        await this.bus.stop()
    }

    private async join(): Promise<void> {
        const wire = await this.open({
            frame: bytes => {
                const frame: Frame = bytes
                frame._jacdac_sender = "bus"
                void this.bus.sendFrameAsync(frame)
            },
            lost: () => {
                this.wire = undefined
                if (this.closed) return
                this.emit("lost")
                this.joinLater()
            },
        })
        if (this.closed) return wire.close()
        this.wire = wire
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
