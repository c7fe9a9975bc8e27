import { MAX_NEAR_NAMES } from "./defaults"

/** The names that somebody who wrote `wanted` may have meant, nearest first. */
export function nearest(wanted: string, names: string[]): string[] {
    const left = names.slice()
    const near: string[] = []
    while (left.length && near.length < MAX_NEAR_NAMES) {
        let best = 0
        let most = -1
        for (let i = 0; i < left.length; ++i) {
            const likeness = countShared(wanted, left[i])
            if (likeness <= most) continue
            best = i
            most = likeness
        }
        near.push(left[best])
        left.insert(best, -1)
    }
    return near
}

/** How alike two names are: the pairs of letters they share, and one more for the same start. */
function countShared(a: string, b: string): number {
    let shared = a.charAt(0) === b.charAt(0) ? 1 : 0
    for (let i = 0; i + 1 < a.length; ++i)
        if (b.includes(a.slice(i, i + 2))) shared++
    return shared
}
