/**
 * Takes an item out of a list.
 * @returns false when it is not there
 */
export function removeFrom<T>(list: T[], item: T): boolean {
    const at = list.indexOf(item)
    if (at < 0) return false
    list.insert(at, -1)
    return true
}

/** The name of a thing, for `map`. */
export function nameOf(thing: { name: string }): string {
    return thing.name
}
