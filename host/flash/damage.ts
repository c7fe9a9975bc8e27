import { HEADER_BYTES, readHeader } from "./layout.ts"

/** What a byte is where nothing was ever written: erased flash, and the fill of a saved image. */
const BLANK = [0xff, 0x37]

/**
 * What is wrong with the headers of a store's two areas, of `areaSize` bytes each. The VM takes
 * the area with the highest generation whose header is whole; one flipped bit there, and it goes
 * on with the other one, which is older.
 */
export function headerProblems(store: Buffer, areaSize: number): string[] {
    const areas = [0, areaSize]
    const headers = areas.map(at => readHeader(store, at))
    const lost = areas.filter((at, i) => !headers[i] && !isBlank(store, at))
    const problems = lost.map(
        at =>
            `the header of the area at 0x${at.toString(16)} is damaged: its settings and log lines are not shown, and may be newer than these`
    )
    const [a, b] = headers
    if (a && b && Math.abs(a.generation - b.generation) !== 1)
        problems.push(
            `the generations of the two areas, ${a.generation} and ${b.generation}, do not follow on each other: the area that is shown may be the older one`
        )
    return problems
}

function isBlank(store: Buffer, at: number): boolean {
    const header = store.subarray(at, at + HEADER_BYTES)
    return BLANK.some(blank => header.every(byte => byte === blank))
}
