import { connect as connectSocket, type Socket } from "node:net"
import { isLarge, splitFrames, wrapFrame } from "../bus/index.ts"
import { NoBoardError } from "./errors.ts"

/** How long a connection may take, in ms. */
const CONNECT_TIMEOUT_MS = 3000

/** A connection that carries the frames of a bus. */
export interface Wire {
    send(frame: Uint8Array): void
    close(): void
}

/** Who takes what comes over a wire. */
export interface WireListener {
    frame(frame: Uint8Array): void
    /** The wire is gone, and will not come back by itself. */
    lost(): void
}

/** Opens a wire. @throws NoBoardError */
export type OpenWire = (listener: WireListener) => Promise<Wire>

/** Where a bus is: the address of a TCP server, which may be another one after a restart. */
export type FindBus = () => Promise<{ host: string; port: number }>

/** A wire by TCP, in the framing of the DeviceScript tool. */
export function tcpWire(find: FindBus): OpenWire {
    return async ({ frame, lost }) => {
        const { host, port } = await find()
        const socket = await open(host, port)
        let rest: Buffer = Buffer.alloc(0)
        socket.on("data", data => {
            const split = splitFrames(Buffer.concat([rest, data]))
            rest = split.rest
            for (const one of split.frames) if (!isLarge(one)) frame(one)
        })
        socket.on("error", () => {
            // "close" follows
        })
        socket.once("close", lost)
        return {
            send(bytes) {
                const wrapped = wrapFrame(bytes)
                if (wrapped && socket.writable) socket.write(wrapped)
            },
            close: () => socket.destroy(),
        }
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
