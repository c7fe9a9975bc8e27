import {
    crc,
    JD_DEVICE_IDENTIFIER_BROADCAST_HIGH_MARK,
    JD_FRAME_FLAG_COMMAND,
    JD_FRAME_FLAG_IDENTIFIER_IS_SERVICE_CLASS,
    JD_FRAME_FLAG_LOOPBACK,
    JD_SERVICE_INDEX_BROADCAST,
    SRV_USB_BRIDGE,
    UsbBridgeCmd,
} from "jacdac-ts"
import type { SerialPort } from "serialport"
import { FRAME_HEAD, isFrame } from "../bus/index.ts"
import { UsageError } from "../errors.ts"
import { NoBoardError } from "./errors.ts"
import type { OpenWire, Wire, WireListener } from "./wire.ts"

/** How often a silent board is asked to send frames, in ms: a reset makes it forget that. */
const ENABLE_MS = 500
/** Time without a frame after which a board is gone, in ms: it sends one every 500 ms. */
const SILENCE_MS = 4000
/** Head of a packet, behind that of its frame. */
const PACKET_HEAD = 4

/** A wire by the serial port of a board, over Jacdac's USB bridge. */
export function serialWire(path: string): OpenWire {
    return async listener => {
        const { openPort, RUNTIME_BAUD } = await import("../serial/index.ts")
        let port: SerialPort
        try {
            port = await openPort(path, RUNTIME_BAUD)
        } catch (error) {
            if (!(error instanceof UsageError)) throw error
            throw new NoBoardError(error.message)
        }
        return joinBridge(port, listener)
    }
}

/** Tells the board to send frames, until the first one has come. @throws NoBoardError when none comes */
async function joinBridge(
    port: SerialPort,
    listener: WireListener
): Promise<Wire> {
    const { BridgeReader, quoteFrame } = await import("../serial/index.ts")
    let heardAt = performance.now()
    let isJoined = false
    const send = (frame: Uint8Array) => {
        if (port.writable) port.write(quoteFrame(frame))
    }
    const close = () => {
        clearInterval(timer)
        if (port.isOpen) port.close()
    }
    const timer = setInterval(() => {
        const silent = performance.now() - heardAt
        if (silent > SILENCE_MS) close()
        else if (!isJoined || silent > 2 * ENABLE_MS) send(ENABLE_PACKETS)
    }, ENABLE_MS)
    return new Promise((resolve, reject) => {
        const reader = new BridgeReader({
            frame(frame) {
                // serial lines garble
                if (!isFrame(frame)) return
                heardAt = performance.now()
                if (!isJoined) resolve({ send, close })
                isJoined = true
                listener.frame(frame)
            },
        })
        port.on("data", (data: Buffer) => reader.push(data))
        port.on("error", () => {
            // "close" follows
        })
        port.once("close", () => {
            clearInterval(timer)
            if (isJoined) listener.lost()
            else
                reject(
                    new NoBoardError(
                        `no board answers at serial port "${port.path}"`
                    )
                )
        })
        send(ENABLE_PACKETS)
    })
}

/** Has the bridge forward frames. */
const ENABLE_PACKETS = bridgeCommand(UsbBridgeCmd.EnablePackets)

function bridgeCommand(command: UsbBridgeCmd): Buffer {
    const frame = Buffer.alloc(FRAME_HEAD + PACKET_HEAD)
    frame[2] = PACKET_HEAD
    frame[3] =
        JD_FRAME_FLAG_IDENTIFIER_IS_SERVICE_CLASS |
        JD_FRAME_FLAG_COMMAND |
        JD_FRAME_FLAG_LOOPBACK
    frame.writeUInt32LE(SRV_USB_BRIDGE, 4)
    frame.writeUInt32LE(JD_DEVICE_IDENTIFIER_BROADCAST_HIGH_MARK, 8)
    frame[13] = JD_SERVICE_INDEX_BROADCAST
    frame.writeUInt16LE(command, 14)
    frame.writeUInt16LE(crc(frame.subarray(2)))
    return frame
}
