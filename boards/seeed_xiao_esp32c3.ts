import { pins } from "@dsboard/seeed_xiao_esp32c3"
import { startBuzzer, startLightBulb } from "@devicescript/servers"

/**
 * Starts the heartbeat's devices of a Seeed Studio XIAO ESP32C3.
 * Pin-out: https://wiki.seeedstudio.com/XIAO_ESP32C3_Getting_Started/
 *
 * - LED on D1 (GPIO3), from the pin over 330 ohm to ground; the board has no LED of its own.
 * - Buzzer (passive, driven by PWM) on D10 (GPIO10).
 *
 * Neither has another use at reset. Do not use D0, D8 and D9 (GPIO2, 8, 9), which choose
 * how the chip starts (ESP32-C3 data sheet, "Strapping Pins"), D6 (GPIO21), where the VM logs,
 * and D7 (GPIO20), its other half.
 */
export function startBoard() {
    const led = startLightBulb({ pin: pins.A1_D1 })
    const buzzer = startBuzzer({ pin: pins.MOSI_D10 })
    return { led, buzzer }
}
