import { rmSync, symlinkSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import type { TestContext } from "node:test"
import { programDevice, splitFrames, wrapFrame } from "../../host/bus/index.ts"
import type { Simulator } from "../../host/sim/index.ts"
import { cleanUp, tempFolder } from "./harness.ts"
import { PseudoTerminal } from "./pseudo-terminal.ts"

/** Quoted bytes and commands of the bridge (`usbbridge.md`). */
const MAGIC = 0xfe
const LITERAL_MAGIC = 0xf8
const FRAME_START = 0xfc
const FRAME_END = 0xfd
const BRIDGE_CLASS = 0x18f61a4a
const ENABLE_PACKETS = 0x81

/**
 * The serial port of a simulated board: a pseudo-terminal that carries its frames as the VM's USB
 * bridge does (`jd_usb.c`), with its log between them.
 */
export class SerialBus {
    /** Path of the port, the same each time that the board is plugged in. */
    readonly path: string
    /** A board that does not run, or another device. */
    isMute = false
    private readonly device: Buffer
    private readonly bus: Socket
    private pty: PseudoTerminal | undefined
    private isForwarding = false
    private received: number[] = []

    private constructor(path: string, sim: Simulator) {
        this.path = path
        this.device = Buffer.from(programDevice(sim.deviceId!), "hex")
        this.bus = connect({ port: sim.busPort, noDelay: true })
        let rest: Buffer = Buffer.alloc(0)
        this.bus.on("data", data => {
            const split = splitFrames(Buffer.concat([rest, data]))
            rest = split.rest
            for (const frame of split.frames) this.forward(frame)
        })
        sim.onEvent(event => {
            if (event.event === "console") this.say(`${event.text}\n`)
        })
    }

    /** The port of a board, for one test; nothing is plugged in yet. */
    static make(t: TestContext, sim: Simulator): SerialBus {
        const serial = new SerialBus(join(tempFolder(t), "port"), sim)
        cleanUp(t, async () => {
            serial.bus.destroy()
            await serial.unplug()
        })
        return serial
    }

    /** Plugs the board in: it forwards no frame until it is told to. */
    async plugIn(): Promise<void> {
        this.pty = await PseudoTerminal.open()
        symlinkSync(this.pty.path, this.path)
        this.pty.onData(data => this.receive(data))
    }

    /** Pulls the plug. */
    async unplug(): Promise<void> {
        const { pty } = this
        if (!pty) return
        this.pty = undefined
        this.reset()
        rmSync(this.path)
        await pty.close()
    }

    /** The bridge forgets that it was told to forward frames, as at a reset of the board. */
    reset(): void {
        this.isForwarding = false
        this.received = []
    }

    /** Sends bytes as they are: the log, or noise. */
    say(data: string | Buffer): void {
        this.pty?.write(data)
    }

    private forward(frame: Uint8Array): void {
        const from = Buffer.from(frame.subarray(4, 12))
        if (!this.isForwarding || !this.device.equals(from)) return
        const bytes = [...frame].flatMap(byte =>
            byte === MAGIC ? [MAGIC, LITERAL_MAGIC] : [byte]
        )
        this.say(Buffer.from([MAGIC, FRAME_START, ...bytes, MAGIC, FRAME_END]))
    }

    private receive(data: Buffer): void {
        if (this.isMute) return
        this.received.push(...data)
        for (;;) {
            const end = findPair(this.received, FRAME_END)
            if (end < 0) return
            const begin = findPair(this.received, FRAME_START)
            const bytes = this.received.splice(0, end + 2).slice(begin + 2, -2)
            const frame = bytes.filter(
                (byte, i) => byte !== LITERAL_MAGIC || bytes[i - 1] !== MAGIC
            )
            this.obey(Buffer.from(frame))
        }
    }

    private obey(frame: Buffer): void {
        if (frame.readUInt32LE(4) !== BRIDGE_CLASS)
            this.bus.write(wrapFrame(frame)!)
        else if (frame.readUInt16LE(14) === ENABLE_PACKETS)
            this.isForwarding = true
    }
}

/** Where the magic byte stands before `byte`. */
function findPair(bytes: number[], byte: number): number {
    return bytes.findIndex((one, i) => one === MAGIC && bytes[i + 1] === byte)
}
