import * as ds from "@devicescript/core"
import { AtOnce, Clock, MAX_WALL_MS, rfc3339, STEP_MS } from "../platform"

const MS_PER_DAY = 86400000
/** Number of the day 1970-01-01 in the formula below. */
const DAY_1970 = 719469
const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
/** The year 2025: before that this code was not written, so no clock that is right says so. */
const LEAST_WALL_MS = 1735689600000
/** Resolution of a time that is known to the second, ms. */
const SECOND_MS = 1000

/**
 * Unix time in ms of a UTC date of the Gregorian calendar. The numbers are not checked.
 * @param month 1 to 12
 */
export function unixTime(
    year: number,
    month: number,
    day: number,
    hour: number,
    minute: number,
    second: number
): number {
    // counts years from 1 March, so that the leap day is the last one
    const fromMarch = ((month + 9) | 0) % 12
    const y = year - ((fromMarch / 10) | 0)
    const leaps = ((y / 4) | 0) - ((y / 100) | 0) + ((y / 400) | 0)
    const inYear = (((153 * fromMarch + 2) / 5) | 0) + day
    const days = y * 365 + leaps + inYear - DAY_1970
    return days * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000
}

/**
 * Unix time in ms of an HTTP Date header, `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate,
 * RFC 9110, section 5.6.7; the two obsolete forms are not read). The day of the week is not checked.
 * @returns undefined for a text of another form, and for a date that does not exist
 */
export function parseHttpDate(text: string): number | undefined {
    if (!text) return undefined
    const name = text.slice(8, 11)
    const month = MONTHS.indexOf(name) / 3 + 1
    const unixMs = unixTime(
        parseInt(text.slice(12)),
        month,
        parseInt(text.slice(5)),
        parseInt(text.slice(17)),
        parseInt(text.slice(20)),
        parseInt(text.slice(23))
    )
    if (!(unixMs >= 0)) return undefined
    // a date that does not exist comes out as another one
    const again = rfc3339(unixMs)
    const day = again.slice(8, 10)
    const date = `${day} ${name} ${again.slice(0, 4)} ${again.slice(11, 19)} GMT`
    const isSame = parseInt(again.slice(5)) === month && text.slice(5) === date
    return isSame ? unixMs : undefined
}

/**
 * Sets the clock to a time that is known to the second only: a clock within that second is left
 * alone; another one is set to the nearest end of it. A time outside the years 2025 to 9998 is
 * ignored: a clock that has lost its battery says 1970 or 2000.
 * @param unixMs start of the second, Unix time in ms
 * @param source where the time is from, as `rtc` or `http`
 */
export function setClockToSecond(
    clock: Clock,
    unixMs: number,
    source: string
): void {
    // a service that does not know the time sends zeros, or anything; NaN is in no range
    if (!(unixMs >= LEAST_WALL_MS && unixMs < MAX_WALL_MS)) return
    // NaN while the time is unknown
    const late = clock.wall() - unixMs
    if (late >= 0) {
        if (late < SECOND_MS) return
        unixMs += SECOND_MS - 1
    }
    clock.setWall(unixMs, source)
}

/**
 * Sets the clock by a real-time clock service of the bus (role `rtc`) at each of its readings, while
 * there is one. The first reading after the clock was set from elsewhere sets the service instead,
 * which would undo that.
 * @param utcOffset minutes by which the service's local time is ahead of UTC
 */
export function followRealTimeClock(clock: Clock, utcOffset = 0): void {
    const ahead = utcOffset * 60000
    let isTold = false
    clock.onSet(({ source }) => {
        isTold = source !== "rtc"
    })
    const rtc = new ds.RealTimeClock("rtc")
    rtc.reading.subscribe(async (reading: number[]) => {
        if (isTold) {
            isTold = false
            await setRealTimeClock(rtc, clock.wall() + ahead)
            return
        }
        // reading[3] is the day of the week
        const [y, m, d] = reading
        const local = unixTime(y, m, d, reading[4], reading[5], reading[6])
        setClockToSecond(clock, local - ahead, "rtc")
    })
}

/** @param local local time, as a Unix time in ms */
async function setRealTimeClock(
    rtc: ds.RealTimeClock,
    local: number
): Promise<void> {
    const text = rfc3339(local)
    // Monday is 1, and 1970-01-01 was a Thursday
    const weekday = (((local / MS_PER_DAY + 3) | 0) % 7) + 1
    await rtc.setTime(
        parseInt(text),
        parseInt(text.slice(5)),
        parseInt(text.slice(8)),
        weekday,
        parseInt(text.slice(11)),
        parseInt(text.slice(14)),
        parseInt(text.slice(17))
    )
}

/** Sets the clock by the Date header of an HTTP answer; ignores one that is missing or invalid. */
export function setClockByHttpDate(
    clock: Clock,
    date: string | undefined
): void {
    const unixMs = parseHttpDate(date)
    if (unixMs !== undefined) setClockToSecond(clock, unixMs, "http")
}

/** What takes reports on the clock, as a logger does. */
export interface ClockLog {
    /** @param template text in which `{0}` and `{1}` stand for the values */
    info(template: string, ...values: (string | number)[]): AtOnce
}

/**
 * Says when the time becomes known, and each correction by STEP_MS or more. Every correction that
 * sets the time back is among these; smaller ones are not reported.
 */
export function reportClock(clock: Clock, log: ClockLog): void {
    clock.onSet(({ source, correction }) => {
        if (correction === undefined) log.info("time known, from {0}", source)
        else if (Math.abs(correction) >= STEP_MS)
            log.info("time corrected by {0} ms, from {1}", correction, source)
    })
}
