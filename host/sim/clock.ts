import {
    REFRESH,
    RealTimeClockCmd,
    RealTimeClockCmdPack,
    RealTimeClockReg,
    RealTimeClockVariant,
    SensorServer,
    SRV_REAL_TIME_CLOCK,
} from "jacdac-ts"

/** Year, month, day of the month, day of the week (Monday is 1), hour, minute, second. */
type Reading = [number, number, number, number, number, number, number]

/** How often the service tells the time, in ms. */
const INTERVAL_MS = 1000

/**
 * The board's real-time clock. It tells UTC, which is what the firmware takes its time for;
 * jacdac-ts's own clock tells the local time of the host.
 */
export class SimulatedClock extends SensorServer<Reading> {
    private offsetMs = 0
    private shown = readingOf(new Date())

    constructor() {
        super(SRV_REAL_TIME_CLOCK, {
            readingValues: readingOf(new Date()),
            variant: RealTimeClockVariant.Computer,
            streamingInterval: INTERVAL_MS,
        })
        this.addRegister<[number]>(RealTimeClockReg.Drift, [0])
        this.addRegister<[number]>(RealTimeClockReg.Precision, [0])
        this.addCommand(RealTimeClockCmd.SetTime, packet =>
            this.setTo(packet.jdunpack(RealTimeClockCmdPack.SetTime))
        )
        this.on(REFRESH, () => this.refresh())
    }

    /** Sets the clock to a time, or moves it by some ms. */
    set(to: Date | number): void {
        if (typeof to === "number") this.offsetMs += to
        else this.offsetMs = to.getTime() - Date.now()
        this.refresh()
    }

    /** Takes a time from the bus; what is no time is ignored. */
    private setTo([year, month, day, , hour, minute, second]: number[]): void {
        const ms = Date.UTC(year, month - 1, day, hour, minute, second)
        if (ms >= 0) this.set(new Date(ms))
    }

    private refresh(): void {
        const reading = readingOf(new Date(Date.now() + this.offsetMs))
        if (reading.every((value, i) => value === this.shown[i])) return
        this.shown = reading
        this.reading.setValues(reading)
    }
}

function readingOf(time: Date): Reading {
    return [
        time.getUTCFullYear(),
        time.getUTCMonth() + 1,
        time.getUTCDate(),
        time.getUTCDay() || 7,
        time.getUTCHours(),
        time.getUTCMinutes(),
        time.getUTCSeconds(),
    ]
}
