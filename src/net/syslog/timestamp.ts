import { NIL } from "./text"

const MS_PER_DAY = 86400000
/** Last millisecond of the year 9999: RFC 3339 has four digits for the year. */
const LAST_MS = 253402300799999

function pad(value: number, digits: number): string {
    let text = "" + value
    while (text.length < digits) text = "0" + text
    return text
}

/** The date of a day since 1970-01-01, Gregorian, as `YYYY-MM-DD`. */
function date(days: number): string {
    // civil date by eras of 400 years that start on 1 March, as in RFC 3339, appendix B
    const shifted = days + 719468
    const era = Math.floor(shifted / 146097)
    const dayOfEra = shifted - era * 146097
    const yearOfEra = Math.floor(
        (dayOfEra -
            Math.floor(dayOfEra / 1460) +
            Math.floor(dayOfEra / 36524) -
            Math.floor(dayOfEra / 146096)) /
            365
    )
    const dayOfYear =
        dayOfEra -
        (365 * yearOfEra +
            Math.floor(yearOfEra / 4) -
            Math.floor(yearOfEra / 100))
    const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
    const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
    const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

/**
 * A moment as the TIMESTAMP of RFC 5424, section 6.2.3, in UTC with milliseconds, as
 * `2026-11-21T06:13:55.123Z`; the NILVALUE for a moment that is unknown or not in a
 * four-digit year since 1970. Slow; see `TimestampCache`.
 * @param unixMs Unix time in ms
 */
export function timestamp(unixMs: number | undefined): string {
    if (unixMs === undefined || !(unixMs >= 0) || unixMs > LAST_MS) return NIL
    const second = Math.floor(unixMs / 1000) * 1000
    return secondPrefix(unixMs) + milliseconds(Math.floor(unixMs) - second)
}

function secondPrefix(unixMs: number): string {
    const days = Math.floor(unixMs / MS_PER_DAY)
    const seconds = Math.floor((unixMs - days * MS_PER_DAY) / 1000)
    const minutes = Math.floor(seconds / 60)
    const hh = pad(Math.floor(minutes / 60), 2)
    return `${date(days)}T${hh}:${pad(minutes % 60, 2)}:${pad(seconds % 60, 2)}.`
}

function milliseconds(ms: number): string {
    return pad(ms, 3) + "Z"
}

/** Writes timestamps of nearby moments without computing the date each time. */
export class TimestampCache {
    private moment: number
    private text = NIL
    private prefixStart = -1
    private prefix: string

    /** Same as `timestamp(unixMs)`. */
    of(unixMs: number | undefined): string {
        if (unixMs === this.moment) return this.text
        this.moment = unixMs
        this.text = this.make(unixMs)
        return this.text
    }

    private make(unixMs: number | undefined): string {
        if (unixMs === undefined || !(unixMs >= 0) || unixMs > LAST_MS)
            return NIL
        const ms = Math.floor(unixMs) - this.prefixStart
        if (this.prefixStart >= 0 && ms >= 0 && ms < 1000)
            return this.prefix + milliseconds(ms)
        this.prefixStart = Math.floor(unixMs / 1000) * 1000
        this.prefix = secondPrefix(unixMs)
        return this.prefix + milliseconds(Math.floor(unixMs) - this.prefixStart)
    }
}
