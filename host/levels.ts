/** Severities by their number in RFC 5424, and `trace` below them, as the firmware has them. */
export const LEVELS = [
    "emergency",
    "alert",
    "critical",
    "error",
    "warning",
    "notice",
    "info",
    "debug",
    "trace",
] as const

/** The name of a severity. */
export type Level = (typeof LEVELS)[number]

/** Whether `name` is a severity. */
export function isLevel(name: string): name is Level {
    return (LEVELS as readonly string[]).includes(name)
}

/** The name of a level by its number; `none` below them. */
export function levelName(level: number): string {
    return LEVELS[level] ?? "none"
}
