// What a board's program tells its LED and its buzzer, as it goes over the bus: a real board drives
// services of its own, a simulated one those of its simulator.
import { BuzzerCmd, LightBulbReg, SRV_BUZZER, SRV_LIGHT_BULB } from "jacdac-ts"
import { partDevice } from "../bus/index.ts"
import type { BusPacket } from "./link.ts"

/** A command that sets a register (Jacdac protocol, "Registers"). */
const SET_REGISTER = 0x2000
/** The largest value of a fraction in 16 bits. */
const FULL = 0xffff
const US_PER_S = 1_000_000

/** What LED and buzzer are told. */
export interface PartListener {
    /** Brightness from 0 to 1. */
    led(brightness: number): void
    tone(hz: number, ms: number): void
}

/** Takes the commands to LED and buzzer of one board out of the packets of its bus. */
export class DrivenParts {
    private readonly listener: PartListener
    /** The services of each device that may have them, as it has announced them. */
    private readonly services: Map<string, Buffer>

    constructor(board: string, listener: PartListener) {
        this.listener = listener
        this.services = new Map(
            [board, partDevice(board, "led"), partDevice(board, "buzzer")].map(
                device => [device, Buffer.alloc(0)]
            )
        )
    }

    take({
        deviceIdentifier,
        isCommand,
        serviceIndex,
        serviceCommand,
        data,
    }: BusPacket): void {
        const services = this.services.get(deviceIdentifier)
        if (!services) return
        if (isCommand)
            this.takeCommand(
                classOf(services, serviceIndex),
                serviceCommand,
                Buffer.from(data)
            )
        else if (serviceIndex === 0 && serviceCommand === 0)
            this.services.set(deviceIdentifier, Buffer.from(data))
    }

    private takeCommand(
        service: number | undefined,
        command: number,
        data: Buffer
    ): void {
        const isLed =
            service === SRV_LIGHT_BULB &&
            command === (SET_REGISTER | LightBulbReg.Brightness)
        if (isLed && data.length >= 2)
            this.listener.led(data.readUInt16LE(0) / FULL)
        if (service !== SRV_BUZZER || data.length < 6) return
        const first = data.readUInt16LE(0)
        const ms = data.readUInt16LE(4)
        if (command === BuzzerCmd.PlayNote) this.listener.tone(first, ms)
        else if (command === BuzzerCmd.PlayTone && first > 0)
            this.listener.tone(Math.round(US_PER_S / first), ms)
    }
}

/** The class of a service by its index; the announcement has flags in place of the first. */
function classOf(services: Buffer, index: number): number | undefined {
    const at = index * 4
    return index > 0 && at + 4 <= services.length
        ? services.readUInt32LE(at)
        : undefined
}
