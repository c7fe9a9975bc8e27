const DAY_MS = 86400000

/** The second since 1970 that `prefix` was made for, and its text up to the decimal point. */
let second = -1
let prefix = ""

/**
 * A time as RFC 3339 text (section 5.6), in UTC with milliseconds: `2026-11-21T06:13:57.000Z`.
 * Calls for the same second share most of the work.
 * @param unixMs Unix time in ms, up to the end of the year 9999
 */
export function rfc3339(unixMs: number): string {
    const now = Math.floor(unixMs / 1000)
    if (now !== second) {
        second = now
        prefix = secondText(now * 1000)
    }
    return prefix + digits(Math.floor(unixMs) - now * 1000 + 1000) + "Z"
}

/** Uptime as seconds with milliseconds: `12.345`. */
export function uptimeText(millis: number): string {
    const ms = Math.round(millis)
    const seconds = Math.floor(ms / 1000)
    return seconds + "." + digits(ms - seconds * 1000 + 1000)
}

/** The text up to the decimal point, by way of the Julian day number (E. G. Richards, 2013). */
function secondText(unixMs: number): string {
    const days = Math.floor(unixMs / DAY_MS)
    const julian = days + 2440588
    const era = ((4 * julian + 274277) / 146097) | 0
    const years = 4 * (julian + 1363 + (((era * 3) / 4) | 0)) + 3
    const ofYear = 5 * ((((years | 0) % 1461) / 4) | 0) + 2
    const month = (((ofYear / 153 + 2) | 0) % 12) + 1
    const year = ((years / 1461) | 0) - 4716 + (month < 3 ? 1 : 0)
    const day = ((((ofYear | 0) % 153) / 5) | 0) + 1
    const time = (unixMs - days * DAY_MS) / 1000
    const date = `${digits(year + 10000)}-${digits(month + 100)}-${digits(day + 100)}`
    const hour = digits(((time / 3600) | 0) + 100)
    const minute = digits((((time / 60) | 0) % 60) + 100)
    return `${date}T${hour}:${minute}:${digits(((time | 0) % 60) + 100)}.`
}

/** A number without its first digit: the caller has added one, to keep leading zeros. */
function digits(value: number): string {
    return ("" + value).slice(1)
}
