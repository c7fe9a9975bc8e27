import { createHash } from "node:crypto"
import { inflateSync } from "node:zlib"
import type { TestContext } from "node:test"
import { cleanUp } from "./harness.ts"
import { PseudoTerminal } from "./pseudo-terminal.ts"

/** Operations of the loader (esptool documentation, "Serial Protocol"). */
const SYNC = 0x08
const READ_REG = 0x0a
const MEM_END = 0x06
const FLASH_DEFL_BEGIN = 0x10
const FLASH_DEFL_DATA = 0x11
const SPI_FLASH_MD5 = 0x13
const GET_SECURITY_INFO = 0x14
const UNSUPPORTED = 0x05
/** How the ROM of an ESP32 is known, and a flash chip of 4 MB. */
const MAGIC_REG = 0x40001000
const ESP32_MAGIC = 0x00f01d83
const FLASH_ID = 0x164020
const FLASH_BYTES = 4 << 20
/** How often a ROM answers the first packet, and one that it does not know. */
const ECHOES = 8
/** Bytes of the head of a packet with data. */
const DATA_HEAD = 16

const END = 0xc0
const ESC = 0xdb
const ESC_END = 0xdc
const ESC_ESC = 0xdd

/** A board on a pseudo-terminal: a scripted ROM loader of an ESP32, and a console. */
export class SerialBoard {
    /** Path of the port. */
    readonly path: string
    /** What was written to flash. */
    readonly flash = Buffer.alloc(FLASH_BYTES, 0xff)
    /** Operations that came, in order. */
    readonly operations: number[] = []
    /** A flipped bit in what is written, as of a bad cable. */
    isFlipping = false
    /** False: nobody answers, as of a board that is not in its loader. */
    isAnswering = true
    private readonly pty: PseudoTerminal
    private packet: number[] | undefined
    private isEscaped = false
    private offset = 0
    private parts: Buffer[] = []
    private isStub = false

    private constructor(pty: PseudoTerminal) {
        this.pty = pty
        this.path = pty.path
        pty.onData(data => {
            for (const byte of data) this.receive(byte)
        })
    }

    /** Plugs a board in, for one test. */
    static async plugIn(t: TestContext): Promise<SerialBoard> {
        const pty = await PseudoTerminal.open()
        cleanUp(t, () => pty.close())
        return new SerialBoard(pty)
    }

    /** Says something on the console. */
    say(data: string | Buffer): void {
        this.pty.write(data)
    }

    /** Pulls the plug. */
    unplug(): void {
        void this.pty.close()
    }

    private receive(byte: number): void {
        if (byte === END) {
            const { packet } = this
            this.packet = packet?.length ? undefined : []
            if (packet?.length) this.obey(Buffer.from(packet))
        } else if (!this.packet) return
        else if (byte === ESC) this.isEscaped = true
        else {
            const code = byte === ESC_END ? END : ESC
            this.packet.push(this.isEscaped ? code : byte)
            this.isEscaped = false
        }
    }

    private obey(packet: Buffer): void {
        if (!this.isAnswering) return
        const operation = packet[1]
        const body = packet.subarray(8)
        this.operations.push(operation)
        switch (operation) {
            case SYNC:
                for (let i = 0; i < ECHOES; ++i)
                    this.answer(operation, ESP32_MAGIC)
                return
            case READ_REG:
                return this.answer(operation, register(body.readUInt32LE(0)))
            case GET_SECURITY_INFO:
                for (let i = 0; i < ECHOES; ++i)
                    this.answer(operation, 0, Buffer.alloc(0), UNSUPPORTED)
                return
            case FLASH_DEFL_BEGIN:
                this.offset = body.readUInt32LE(12)
                this.parts = []
                break
            case FLASH_DEFL_DATA:
                this.parts.push(body.subarray(DATA_HEAD))
                this.write()
                break
            case SPI_FLASH_MD5:
                return this.answer(operation, 0, this.md5(body))
        }
        this.answer(operation, 0)
        if (operation !== MEM_END) return
        this.isStub = true
        this.send(Buffer.from("OHAI"))
    }

    private write(): void {
        let data: Buffer
        try {
            data = inflateSync(Buffer.concat(this.parts))
        } catch {
            // more of it is to come
            return
        }
        if (this.isFlipping) data[data.length >> 1] ^= 1
        data.copy(this.flash, this.offset)
    }

    private md5(body: Buffer): Buffer {
        const at = body.readUInt32LE(0)
        const end = at + body.readUInt32LE(4)
        return createHash("md5").update(this.flash.subarray(at, end)).digest()
    }

    private answer(
        operation: number,
        value: number,
        data: Buffer = Buffer.alloc(0),
        error = 0
    ): void {
        const status = [error ? 1 : 0, error, ...(this.isStub ? [] : [0, 0])]
        const head = Buffer.alloc(8)
        head[0] = 1
        head[1] = operation
        head.writeUInt16LE(data.length + status.length, 2)
        head.writeUInt32LE(value >>> 0, 4)
        this.send(Buffer.concat([head, data, Buffer.from(status)]))
    }

    private send(packet: Buffer): void {
        const bytes = [...packet].flatMap(byte => {
            if (byte === END) return [ESC, ESC_END]
            return byte === ESC ? [ESC, ESC_ESC] : [byte]
        })
        this.say(Buffer.from([END, ...bytes, END]))
    }
}

function register(address: number): number {
    if (address === MAGIC_REG) return ESP32_MAGIC
    // the data of the SPI controller, which is asked for the id of the flash chip
    return (address & 0xff) === 0x80 ? FLASH_ID : 0
}
