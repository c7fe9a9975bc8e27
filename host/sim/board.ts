import {
    addServer,
    BuzzerServer,
    CHANGE,
    JDServiceServer,
    LightBulbReg,
    RealTimeClockServer,
    SRV_LIGHT_BULB,
    type JDBus,
} from "jacdac-ts"

/** What the board's parts tell when the firmware drives them. */
export interface BoardListener {
    /** The LED's brightness changed: 0 to 1. */
    led(brightness: number): void
    /** The buzzer was told to play. */
    tone(hz: number, ms: number): void
}

/** Puts the simulated parts of the board on the bus: LED (light bulb), buzzer, real-time clock. */
export function addBoard(
    bus: JDBus,
    listener: BoardListener,
    options: { clock: boolean }
): void {
    const led = new JDServiceServer(SRV_LIGHT_BULB)
    const brightness = led.addRegister<[number]>(LightBulbReg.Brightness, [0])
    let last = 0
    brightness.on(CHANGE, () => {
        const [value] = brightness.values()
        const rounded = Math.round(value * 1000) / 1000
        if (rounded !== last) listener.led((last = rounded))
    })
    const buzzer = new BuzzerServer()
    buzzer.on(
        BuzzerServer.PLAY_TONE,
        (tone: { frequency: number; duration: number }) =>
            listener.tone(Math.round(tone.frequency), tone.duration)
    )
    addServer(bus, "led", led)
    addServer(bus, "buzzer", buzzer)
    if (options.clock) addServer(bus, "clock", new RealTimeClockServer())
}
