import { pins } from "@dsboard/feather_s2"
import { startBuzzer, startLightBulb } from "@devicescript/servers"

/**
 * Starts the heartbeat's devices of an Unexpected Maker FeatherS2 (ESP32-S2).
 * Pin-out: https://feathers2.io/
 *
 * - LED on P1 (GPIO1, D9 on the pin-out), from the pin over 330 ohm to ground. The blue LED on
 *   GPIO13 is free for the user, the RGB LED (GPIO40 and 45) is the VM's own status light.
 * - Buzzer (passive, driven by PWM) on P3 (GPIO3, D10).
 *
 * Neither has another use at reset. Do not use GPIO0, 45 and 46, which choose how the chip
 * starts (ESP32-S2 data sheet, "Strapping Pins"), 19 and 20 (USB), 26 to 32 (flash and PSRAM),
 * 43 (the VM logs there) and 4 (the board's light sensor).
 */
export function startBoard() {
    const led = startLightBulb({ pin: pins.P1 })
    const buzzer = startBuzzer({ pin: pins.P3 })
    return { led, buzzer }
}
