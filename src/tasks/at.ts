/** Length of a day in ms. */
export const DAY_MS = 86_400_000

/**
 * Reads a time of day.
 * @param text `HH:MM` or `HH:MM:SS`
 * @returns ms since midnight, or undefined for anything else
 */
export function parseTimeOfDay(text: string): number | undefined {
    const parts = text.split(":")
    if (parts.length === 2) parts.push("00")
    let seconds = 0
    for (let i = 0; i < parts.length; ++i) {
        const value = parts[i].length === 2 ? parseInt(parts[i]) : NaN
        if (!(value >= 0 && value < (i > 0 ? 60 : 24))) return undefined
        seconds = seconds * 60 + value
    }
    return parts.length === 3 ? seconds * 1000 : undefined
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
        if (at > wall || !(every > 0)) return at
        return at + Math.ceil((wall - at) / every) * every
    }
    const today = Math.floor(wall / DAY_MS) * DAY_MS + parseTimeOfDay(at)
    return today > wall ? today : today + DAY_MS
}
