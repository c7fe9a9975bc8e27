/** Length of a day in ms. */
export const DAY_MS = 86_400_000

/**
 * Reads a time of day.
 * @param text `HH:MM` or `HH:MM:SS`
 * @returns ms since midnight, or undefined for anything else
 */
export function parseTimeOfDay(text: string): number | undefined {
    const parts = text.split(":")
    if (parts.length < 2 || parts.length > 3) return undefined
    const limits = [24, 60, 60]
    let seconds = 0
    for (let i = 0; i < 3; ++i) {
        const value = i < parts.length ? twoDigits(parts[i]) : 0
        if (value === undefined || value >= limits[i]) return undefined
        seconds = seconds * 60 + value
    }
    return seconds * 1000
}

function twoDigits(text: string): number | undefined {
    if (text.length !== 2) return undefined
    const tens = text.charCodeAt(0) - 48
    const ones = text.charCodeAt(1) - 48
    if (!(tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9)) return undefined
    return tens * 10 + ones
}

/**
 * First occurrence of a plan by the wall clock, in Unix ms.
 * @param at time of day (UTC) or Unix ms; the latter may be past, if there is no period
 * @param every period in ms, or undefined
 * @param wall the present, in Unix ms
 */
export function firstOccurrence(
    at: string | number,
    every: number,
    wall: number
): number {
    if (typeof at === "number") {
        if (at > wall || !every) return at
        return at + Math.ceil((wall - at) / every) * every
    }
    const today = Math.floor(wall / DAY_MS) * DAY_MS + parseTimeOfDay(at)
    return today > wall ? today : today + DAY_MS
}
