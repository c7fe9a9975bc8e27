const MS_PER_DAY = 86400000
/** Last millisecond of the year 9999: RFC 3339 has four digits for the year. */
export const LAST_MS = 253402300799999

/** A number with leading zeros. */
export function pad(value: number, digits: number): string {
    let text = "" + value
    while (text.length < digits) text = "0" + text
    return text
}

/**
 * The TIMESTAMP of RFC 5424, section 6.2.3, in UTC and without its last part: the
 * milliseconds and `Z` follow. As `2026-11-21T06:13:55.`
 * @param unixMs Unix time in ms, 0 to LAST_MS
 */
export function secondPrefix(unixMs: number): string {
    const days = Math.floor(unixMs / MS_PER_DAY)
    const seconds = Math.floor((unixMs - days * MS_PER_DAY) / 1000)
    // civil date by eras of 400 years that start on 1 March, as in RFC 3339, appendix B
    const shifted = days + 719468
    const era = Math.idiv(shifted, 146097)
    const dayOfEra = shifted - era * 146097
    const leaps =
        Math.idiv(dayOfEra, 1460) -
        Math.idiv(dayOfEra, 36524) +
        Math.idiv(dayOfEra, 146096)
    const yearOfEra = Math.idiv(dayOfEra - leaps, 365)
    const dayOfYear =
        dayOfEra -
        365 * yearOfEra -
        Math.idiv(yearOfEra, 4) +
        Math.idiv(yearOfEra, 100)
    const fromMarch = Math.idiv(5 * dayOfYear + 2, 153)
    const day = dayOfYear - Math.idiv(153 * fromMarch + 2, 5) + 1
    const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
    const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    const hh = pad(Math.idiv(seconds, 3600), 2)
    const mm = pad(Math.idiv(seconds, 60) % 60, 2)
    const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
    return `${date}T${hh}:${mm}:${pad(seconds % 60, 2)}.`
}
