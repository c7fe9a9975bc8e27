/**
 * Reads a decimal number as people write it: an optional sign, digits, an optional fraction.
 * Stricter than the VM's `parseFloat`, which takes `12x` for 12.
 * @returns undefined for anything else, as an exponent, `0x10` or an empty text
 */
export function parseDecimal(text: string): number | undefined {
    const minus = text[0] === "-"
    const digits = minus || text[0] === "+" ? text.slice(1) : text
    const parts = digits.split(".")
    if (parts.length > 2) return undefined
    for (const part of parts)
        if (!part || digitsAtEnd(part) !== part.length) return undefined
    const value = parseFloat(digits)
    return minus ? -value : value
}

/** A decimal number that is whole, undefined for any other text. */
export function parseInteger(text: string): number | undefined {
    return whole(parseDecimal(text))
}

/** `value` when it is a whole number, else undefined. */
export function whole(value: number | undefined): number | undefined {
    return value === Math.floor(value) ? value : undefined
}

/**
 * Reads a decimal number with a unit right behind it or after blanks, in any case: `5s`, `2 KB`.
 * @param units known units in lower case with blanks between; an empty one is a bare number
 * @param factors what one of each unit counts
 */
export function parseWithUnit(
    text: string,
    units: string,
    factors: number[]
): number | undefined {
    let end = text.length
    while (end > 0 && digitsAtEnd(text.slice(0, end)) === 0) end--
    const unit = text.slice(end).trim().toLowerCase()
    const at = units.split(" ").indexOf(unit)
    const value = parseDecimal(text.slice(0, end))
    return at < 0 || value === undefined ? undefined : value * factors[at]
}

/** How many digits a text ends with. */
function digitsAtEnd(text: string): number {
    let at = text.length
    while (at > 0 && "0123456789".indexOf(text[at - 1]) >= 0) at--
    return text.length - at
}
