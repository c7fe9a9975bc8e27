/** Most bytes in one file of the power-cut program: three segments. */
export const POWERCUT_MAX_SIZE = 450
/** Lines that the program logs after each start. */
export const POWERCUT_LINES = 70

/** Line `i` of the power-cut program: some short, some over two segments, some not ASCII. */
export function powercutLine(i: number): string {
    const filler = "abcdefghijklmnopqrstuvwxyzäöü€"
    const parts = [`cut ${i} `, filler.slice(0, (i * 7) % 30)]
    if (i % 11 === 6) parts.push(filler, filler, filler, filler, filler)
    return parts.join("")
}
