import type { SerialPort } from "serialport"
import { openPort } from "./port.ts"

/** The lines of a serial port that reset a board. */
interface Signals {
    dataTerminalReady?: boolean
    requestToSend?: boolean
}

/**
 * A serial port as browsers have it (https://wicg.github.io/serial/), as far as esptool-js uses
 * it, on one of Node's.
 */
export class WebPort {
    readable: ReadableStream<Uint8Array> | undefined
    writable: WritableStream<Uint8Array> | undefined
    private readonly path: string
    private port: SerialPort | undefined

    constructor(path: string) {
        this.path = path
    }

    /** Ids of the USB device: not known here. */
    getInfo(): object {
        return {}
    }

    /** @throws UsageError */
    async open({ baudRate }: { baudRate: number }): Promise<void> {
        const port = await openPort(this.path, baudRate)
        this.port = port
        this.readable = new ReadableStream({
            start(controller) {
                port.on("data", (data: Buffer) => controller.enqueue(data))
                port.on("error", error => controller.error(error))
            },
        })
        this.writable = new WritableStream({
            write: data =>
                new Promise((resolve, reject) => {
                    port.write(Buffer.from(data))
                    port.drain(error => (error ? reject(error) : resolve()))
                }),
        })
    }

    async close(): Promise<void> {
        const { port } = this
        this.port = undefined
        this.readable = undefined
        this.writable = undefined
        port?.removeAllListeners("data")
        await new Promise<void>(resolve => {
            if (port?.isOpen) port.close(() => resolve())
            else resolve()
        })
    }

    /** A port without such lines (a pseudo-terminal, some bridges) is left as it is. */
    async setSignals(signals: Signals): Promise<void> {
        await new Promise<void>(resolve => {
            if (!this.port) return resolve()
            this.port.set(
                {
                    dtr: signals.dataTerminalReady,
                    rts: signals.requestToSend,
                },
                () => resolve()
            )
        })
    }
}
