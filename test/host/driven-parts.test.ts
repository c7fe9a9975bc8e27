// rows: A5
import assert from "node:assert/strict"
import test from "node:test"
import {
    BuzzerCmd,
    LightBulbReg,
    Packet,
    SRV_BUZZER,
    SRV_LIGHT_BULB,
} from "jacdac-ts"
import { partDevice } from "../../host/bus/index.ts"
import { DrivenParts } from "../../host/client/driven-parts.ts"

const BOARD = "0123456789abcdef"
const FLAGS = 0x100
const SET_BRIGHTNESS = 0x2000 | LightBulbReg.Brightness

function u16(...values: number[]): Uint8Array {
    return new Uint8Array(new Uint16Array(values).buffer)
}

function packet(
    device: string,
    index: number,
    command: number,
    data: Uint8Array,
    isCommand = true
): Packet {
    const made = Packet.from(command, data)
    made.deviceIdentifier = device
    made.serviceIndex = index
    made.isCommand = isCommand
    return made
}

function announce(device: string, ...services: number[]): Packet {
    const data = new Uint8Array(new Uint32Array([FLAGS, ...services]).buffer)
    return packet(device, 0, 0, data, false)
}

function watch(): { parts: DrivenParts; seen: unknown[] } {
    const seen: unknown[] = []
    const parts = new DrivenParts(BOARD, {
        led: brightness => seen.push(["led", brightness]),
        tone: (hz, ms) => seen.push(["tone", hz, ms]),
    })
    return { parts, seen }
}

test("a real board drives services of its own", () => {
    const { parts, seen } = watch()
    const other = 0x12345678
    parts.take(packet(BOARD, 2, SET_BRIGHTNESS, u16(0xffff)))
    assert.deepEqual(seen, [], "nothing is known of the services yet")
    parts.take(announce(BOARD, other, SRV_LIGHT_BULB, SRV_BUZZER))
    parts.take(packet(BOARD, 2, SET_BRIGHTNESS, u16(0xffff)))
    parts.take(packet(BOARD, 2, SET_BRIGHTNESS, u16(0)))
    parts.take(packet(BOARD, 3, BuzzerCmd.PlayNote, u16(880, 0xffff, 200)))
    // a tone is given by its period in us
    parts.take(packet(BOARD, 3, BuzzerCmd.PlayTone, u16(1000, 500, 50)))
    assert.deepEqual(seen, [
        ["led", 1],
        ["led", 0],
        ["tone", 880, 200],
        ["tone", 1000, 50],
    ])
})

test("a simulated board drives the parts of its simulator, and no others", () => {
    const { parts, seen } = watch()
    const led = partDevice(BOARD, "led")
    const buzzer = partDevice(BOARD, "buzzer")
    const foreign = partDevice("fedcba9876543210", "led")
    parts.take(announce(led, SRV_LIGHT_BULB))
    parts.take(announce(buzzer, SRV_BUZZER))
    parts.take(announce(foreign, SRV_LIGHT_BULB))
    parts.take(packet(foreign, 1, SET_BRIGHTNESS, u16(0xffff)))
    parts.take(packet(led, 1, SET_BRIGHTNESS, u16(0x8000)))
    parts.take(packet(buzzer, 1, BuzzerCmd.PlayNote, u16(440, 0xffff, 400)))
    assert.deepEqual(seen, [
        ["led", 0x8000 / 0xffff],
        ["tone", 440, 400],
    ])
})

test("packets that make no sense are passed over", () => {
    const { parts, seen } = watch()
    parts.take(announce(BOARD, SRV_LIGHT_BULB, SRV_BUZZER))
    parts.take(packet(BOARD, 1, SET_BRIGHTNESS, new Uint8Array(1)))
    parts.take(packet(BOARD, 2, BuzzerCmd.PlayNote, new Uint8Array(5)))
    parts.take(packet(BOARD, 2, BuzzerCmd.PlayTone, u16(0, 0, 50)))
    parts.take(packet(BOARD, 9, SET_BRIGHTNESS, u16(1)))
    parts.take(packet(BOARD, 0, SET_BRIGHTNESS, u16(1)))
    assert.deepEqual(seen, [])
})
