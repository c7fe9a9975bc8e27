/** How far a name may differ to count as a typing mistake, as a share of its length. */
const MAX_SHARE = 0.5

/**
 * The name that is nearest to `name`, if one is near.
 * @param maxShare how far it may differ, as a share of its length
 */
export function nearest(
    name: string,
    names: readonly string[],
    maxShare = MAX_SHARE
): string | undefined {
    const [best] = names
        .map(other => ({ other, distance: distance(name, other) }))
        .sort((a, b) => a.distance - b.distance)
    const most = Math.max(1, name.length * maxShare)
    return best && best.distance <= most ? best.other : undefined
}

/** How many characters of an unknown key may differ from a known one for it to be shown. */
const MAX_STRANGE = 3

/**
 * The known setting that is near an unknown key of a file, if the key may be shown. In a damaged file
 * a key may be a piece of a secret: at most MAX_STRANGE characters are shown that are not of a known
 * key.
 */
export function nearKey(
    key: string,
    keys: readonly string[]
): string | undefined {
    const near = nearest(key, keys, 1)
    return near && distance(key, near) <= MAX_STRANGE ? near : undefined
}

/** Levenshtein distance: how many characters to add, remove or replace. */
export function distance(a: string, b: string): number {
    let row = Array.from({ length: b.length + 1 }, (_, i) => i)
    for (let i = 1; i <= a.length; ++i) {
        const next = [i]
        for (let j = 1; j <= b.length; ++j)
            next[j] = Math.min(
                row[j] + 1,
                next[j - 1] + 1,
                row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
            )
        row = next
    }
    return row[b.length]
}
