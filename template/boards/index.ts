import { pins } from "@dsboard/esp32_devkit_c"
import { startBuzzer, startLightBulb } from "@devicescript/servers"

/** The pins of this board: LED on GPIO27, buzzer on GPIO26. In the simulator both are on its bus. */
export function startBoard() {
    const led = startLightBulb({ pin: pins.P27 })
    const buzzer = startBuzzer({ pin: pins.P26 })
    return { led, buzzer }
}
