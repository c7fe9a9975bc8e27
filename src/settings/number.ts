/**
 * Reads a decimal number as people write it: an optional sign, digits, an optional fraction.
 * Stricter than the VM's `parseFloat`, which takes `12x` for 12.
 * @returns undefined for anything else, as an exponent, `0x10` or an empty text
 */
export function parseDecimal(text: string): number | undefined {
    let at = text[0] === "-" || text[0] === "+" ? 1 : 0
    let value = 0
    let digits = 0
    let scale = 0
    for (; at < text.length; at++) {
        const digit = "0123456789".indexOf(text[at])
        if (digit >= 0) {
            value = value * 10 + digit
            digits++
            scale *= 10
        } else if (text[at] === "." && scale === 0 && digits > 0) scale = 1
        else return undefined
    }
    if (digits === 0 || scale === 1) return undefined
    if (scale > 1) value /= scale
    return text[0] === "-" ? -value : value
}

/**
 * Reads a decimal number with a unit right behind it or after blanks, in any case: `5s`, `2 KB`.
 * @param units known units in lower case; "" stands for a bare number
 * @param factors what one of each unit counts
 */
export function parseWithUnit(
    text: string,
    units: string[],
    factors: number[]
): number | undefined {
    const trimmed = text.trim()
    let end = trimmed.length
    while (end > 0 && "0123456789.".indexOf(trimmed[end - 1]) < 0) end--
    const unit = units.indexOf(trimmed.slice(end).trim().toLowerCase())
    const value = parseDecimal(trimmed.slice(0, end))
    return unit < 0 || value === undefined ? undefined : value * factors[unit]
}
