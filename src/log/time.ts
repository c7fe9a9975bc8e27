const DAY = 86400

/** Uptime as seconds with milliseconds: `12.345`. */
export function uptimeText(millis: number): string {
    const ms = Math.round(millis)
    const seconds = Math.floor(ms / 1000)
    return `${seconds}.${pad(ms - seconds * 1000, 3)}`
}

/**
 * Unix time in UTC after RFC 3339, section 5.6, with milliseconds:
 * `2026-11-21T06:13:57.000Z`. From 1970 to 9999.
 */
export function rfc3339(unixMs: number): string {
    const ms = Math.floor(unixMs)
    const total = Math.floor(ms / 1000)
    const days = Math.floor(total / DAY)
    const second = total - days * DAY
    return [
        dateText(days),
        "T",
        pad(Math.idiv(second, 3600), 2),
        ":",
        pad(Math.idiv(second, 60) % 60, 2),
        ":",
        pad(second % 60, 2),
        ".",
        pad(ms - total * 1000, 3),
        "Z",
    ].join("")
}

/** Day since 1970-01-01 as a date of the Gregorian calendar, counted in 400-year eras. */
function dateText(days: number): string {
    const fromMarch = days + 719468
    const era = Math.idiv(fromMarch, 146097)
    const dayOfEra = fromMarch - era * 146097
    const yearOfEra = Math.idiv(
        dayOfEra -
            Math.idiv(dayOfEra, 1460) +
            Math.idiv(dayOfEra, 36524) -
            Math.idiv(dayOfEra, 146096),
        365
    )
    const dayOfYear =
        dayOfEra -
        (365 * yearOfEra + Math.idiv(yearOfEra, 4) - Math.idiv(yearOfEra, 100))
    const monthFromMarch = Math.idiv(5 * dayOfYear + 2, 153)
    const day = dayOfYear - Math.idiv(153 * monthFromMarch + 2, 5) + 1
    const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

function pad(value: number, width: number): string {
    let text = "" + value
    while (text.length < width) text = "0" + text
    return text
}
