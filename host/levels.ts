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

/** Other words for levels, as in syslog.conf. */
const OTHER_WORDS: Record<string, Level> = {
    emerg: "emergency",
    crit: "critical",
    err: "error",
    warn: "warning",
}

/**
 * The severity of a word as the firmware takes it: a name, one of syslog.conf's, a number from 0
 * to 7; undefined for any other.
 */
export function parseLevel(word: string): Level | undefined {
    const name = word.toLowerCase()
    if (isLevel(name)) return name
    if (/^[0-7]$/.test(name)) return LEVELS[Number(name)]
    return Object.hasOwn(OTHER_WORDS, name) ? OTHER_WORDS[name] : undefined
}

/** The number of a level's word, -1 for `none`; undefined for any other word. */
export function levelNumber(word: string): number | undefined {
    if (word.toLowerCase() === "none") return -1
    const level = parseLevel(word)
    return level && LEVELS.indexOf(level)
}
