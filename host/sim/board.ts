import {
    addServer,
    ButtonServer,
    BuzzerServer,
    CHANGE,
    JDServerServiceProvider,
    JDServiceServer,
    LightBulbReg,
    SRV_LIGHT_BULB,
    WifiServer,
    type JDBus,
} from "jacdac-ts"
import { type DrivenPart, partDevice } from "../bus/index.ts"
import { SimulatedClock } from "./clock.ts"

/** Called when the firmware drives the board's parts. */
export interface BoardListener {
    /** The LED's brightness changed: 0 to 1. */
    led(brightness: number): void
    /** The buzzer was told to play. */
    tone(hz: number, ms: number): void
}

/** The parts of the board that the host controls. */
export interface Board {
    /** Whether the board has an IP address. */
    setNetwork(up: boolean): void
    /** Sets the real-time clock, if the board has one, to a time, or moves it by some ms. */
    setClock(to: Date | number): void
    /** Presses the button, or lets it go. */
    setButton(down: boolean): Promise<void>
}

const ADDRESS = Uint8Array.of(127, 0, 0, 1)
const NO_ADDRESS = new Uint8Array(0)

/**
 * Puts the simulated parts of the board on the bus: LED (light bulb), buzzer, Wi-Fi, a button,
 * real-time clock.
 * @param device the board's device id, by which clients know its LED and buzzer
 */
export function addBoard(
    bus: JDBus,
    device: string,
    listener: BoardListener,
    options: { clock: boolean }
): Board {
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
    const addDriven = (part: DrivenPart, server: JDServiceServer) =>
        bus.addServiceProvider(
            new JDServerServiceProvider(part, [server], {
                deviceId: partDevice(device, part),
            })
        )
    addDriven("led", led)
    addDriven("buzzer", buzzer)
    const wifi = new WifiServer()
    const setNetwork = (up: boolean) =>
        wifi.ipAddress.setValues([up ? ADDRESS : NO_ADDRESS])
    setNetwork(true)
    addServer(bus, "wifi", wifi)
    const button = new ButtonServer()
    addServer(bus, "button", button)
    const clock = options.clock ? new SimulatedClock() : undefined
    if (clock) addServer(bus, "clock", clock)
    return {
        setNetwork,
        setClock: to => clock?.set(to),
        setButton: down => (down ? button.down() : button.up()),
    }
}
