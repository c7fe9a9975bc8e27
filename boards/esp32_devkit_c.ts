import { pins } from "@dsboard/esp32_devkit_c"
import { startBuzzer, startLightBulb } from "@devicescript/servers"

/**
 * Starts the heartbeat's devices of an Espressif ESP32-DevKitC and clones of it.
 * On the board they drive the pins; in the simulator, which has none, the same roles bind to
 * the simulated light bulb and buzzer on its bus.
 *
 * - LED on GPIO27, from the pin over 330 ohm to ground. The blue LED that some boards have on
 *   GPIO2 is the VM's own status light (the board definition says so) and stays that.
 * - Buzzer (passive, driven by PWM) on GPIO26.
 *
 * These two pins are of little other use: their ADC does not work beside Wi-Fi. Do not use GPIO0,
 * 2, 5, 12 and 15, which are sampled at reset and choose how the chip starts, 6 to 11 (the flash
 * chip), 1 and 3 (the console) and 34 to 39 (inputs only).
 */
export function startBoard() {
    const led = startLightBulb({ pin: pins.P27 })
    const buzzer = startBuzzer({ pin: pins.P26 })
    return { led, buzzer }
}
