/**
 * Checks that a number given as option lies within its limits.
 * @throws RangeError naming the option, the limits and what was given
 */
export function checkRange(
    name: string,
    value: number,
    min: number,
    max: number
): void {
    if (typeof value !== "number" || !(value >= min && value <= max))
        throw new RangeError(`${name}: ${min} to ${max} wanted, got ${value}`)
}

/** `given`, also when it is null; `fallback` when it was left out. */
export function value<T>(given: T, fallback: T): T {
    return given === undefined ? fallback : given
}
