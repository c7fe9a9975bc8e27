import { isMadeOf } from "./text"

const DIGITS = "0123456789"

/**
 * Reads a decimal number as people write it: an optional sign, digits, an optional fraction.
 * Stricter than the VM's `parseFloat`, which takes `12x` for 12.
 * @returns undefined for anything else, as an exponent, `0x10` or an empty text
 */
export function parseDecimal(text: string): number | undefined {
    const minus = text[0] === "-"
    const digits = minus || text[0] === "+" ? text.slice(1) : text
    const point = digits.indexOf(".")
    const integer = point < 0 ? digits : digits.slice(0, point)
    const fraction = point < 0 ? "0" : digits.slice(point + 1)
    if (integer === "" || fraction === "") return undefined
    if (!isMadeOf(integer + fraction, DIGITS)) return undefined
    const value = parseFloat(digits)
    return minus ? -value : value
}

/** A decimal number that is whole, undefined for any other text. */
export function parseInteger(text: string): number | undefined {
    return whole(parseDecimal(text))
}

/** `value` when it is a whole number, else undefined. */
export function whole(value: number | undefined): number | undefined {
    return value !== undefined && value === Math.floor(value)
        ? value
        : undefined
}

/**
 * Reads a decimal number with a unit right behind it or after blanks, in any case: `5s`, `2 KB`.
 * @param units known units in lower case with blanks between
 * @param factors what one of each unit counts
 */
export function parseWithUnit(
    text: string,
    units: string,
    factors: number[]
): number | undefined {
    let end = text.length
    while (end > 0 && DIGITS.indexOf(text[end - 1]) < 0) end--
    const at = wordIndex(units, text.slice(end).trim().toLowerCase())
    const value = parseDecimal(text.slice(0, end))
    return at < 0 || value === undefined ? undefined : value * factors[at]
}

/** Index of a word among words with blanks between; -1 when it is none of them. */
export function wordIndex(words: string, word: string): number {
    if (word === "" || word.indexOf(" ") >= 0) return -1
    const at = ` ${words} `.indexOf(` ${word} `)
    if (at < 0) return -1
    // not by `split`, which takes some 60 steps of the VM for each character
    let index = 0
    let blank = words.indexOf(" ")
    while (blank >= 0 && blank < at) {
        index++
        blank = words.indexOf(" ", blank + 1)
    }
    return index
}
