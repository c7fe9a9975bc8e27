import { pins } from "@dsboard/esp32s3_devkit_m"
import { startBuzzer, startLightBulb } from "@devicescript/servers"

/**
 * Starts the heartbeat's devices of an Espressif ESP32-S3-DevKitM-1, or DevKitC-1.
 * Pin-out: https://docs.espressif.com/projects/esp-idf/en/latest/esp32s3/hw-reference/esp32s3/user-guide-devkitm-1.html
 *
 * - LED on GPIO5, from the pin over 330 ohm to ground. The RGB LED on GPIO48 is the VM's own
 *   status light.
 * - Buzzer (passive, driven by PWM) on GPIO6.
 *
 * Neither has another use at reset. Do not use GPIO0, 3, 45 and 46, which choose how the chip
 * starts (ESP32-S3 data sheet, "Strapping Pins"), 19 and 20 (USB), 26 to 32 (flash), 33 to 37
 * (octal flash or PSRAM of some modules), 43 and 44 (the console).
 */
export function startBoard() {
    const led = startLightBulb({ pin: pins.P5 })
    const buzzer = startBuzzer({ pin: pins.P6 })
    return { led, buzzer }
}
