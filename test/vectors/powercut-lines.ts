/** Most bytes in one file of the power-cut program: three segments. */
export const POWERCUT_MAX_SIZE = 450
/** Lines that the program logs after each start, to each of its logs. */
export const POWERCUT_LINES = 70
/** Names of its logs: one of them, two, or all, by the setting CUT_LOGS. */
export const POWERCUT_NAMES = ["error.log", "audit.log", "third.log"]

/** Line `i` of a log of the power-cut program: some short, some over two segments, some not ASCII. */
export function powercutLine(name: string, i: number): string {
    const filler = "abcdefghijklmnopqrstuvwxyzäöü€"
    const parts = [`${name} ${i} `, filler.slice(0, (i * 7) % 30)]
    if (i % 11 === 6) parts.push(filler, filler, filler, filler, filler)
    return parts.join("")
}
