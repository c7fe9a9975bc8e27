import { MAX_NEAR_NAMES } from "./defaults"

/** Some of the names that somebody who wrote `wanted` may have meant. */
export function nearest(wanted: string, names: string[]): string[] {
    const near = names.filter(name => isAlike(wanted, name))
    return (near.length ? near : names).slice(0, MAX_NEAR_NAMES)
}

/** Whether two names begin alike, or share a pair of letters. */
function isAlike(a: string, b: string): boolean {
    for (let i = 0; i + 1 < a.length; ++i)
        if (b.includes(a.slice(i, i + 2))) return true
    return b.startsWith(a.slice(0, 1))
}
