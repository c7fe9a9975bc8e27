import { Setting } from "./setting"
import { parseDecimal, parseWithUnit } from "./number"

/** A further test of a value: says what is wrong with it, or undefined. */
export type Check<T> = (value: T) => string | undefined

/** Longest text of a string, secret or list, in bytes: the flash slot's 200 less its quotes. */
export const MAX_TEXT_BYTES = 180

const MS_UNITS = ["ms", "s", "m", "h", "d"]
const MS_FACTORS = [1, 1000, 60000, 3600000, 86400000]
const BYTE_UNITS = ["", "b", "k", "kb", "m", "mb"]
const BYTE_FACTORS = [1, 1, 1024, 1024, 1048576, 1048576]

/** Any text of at most `MAX_TEXT_BYTES`, taken as it stands. */
export function text(fallback: string, check?: Check<string>): Setting<string> {
    return {
        wanted: `text of at most ${MAX_TEXT_BYTES} bytes`,
        fallback,
        read: text => (text.byteLength <= MAX_TEXT_BYTES ? text : undefined),
        check,
    }
}

/** A text that is never shown, such as a password or a device key. */
export function secret(
    fallback: string,
    check?: Check<string>
): Setting<string> {
    const { wanted, read } = text(fallback)
    return { wanted, fallback, secret: true, read, check }
}

/** A number in decimal notation from `min` to `max`. */
export function decimal(
    fallback: number,
    min: number,
    max: number
): Setting<number> {
    return {
        wanted: `a number from ${min} to ${max}`,
        fallback,
        read: text => within(parseDecimal(text.trim()), min, max),
    }
}

/** A whole number from `min` to `max`. */
export function int(
    fallback: number,
    min: number,
    max: number
): Setting<number> {
    return {
        wanted: `a whole number from ${min} to ${max}`,
        fallback,
        read: text => whole(within(parseDecimal(text.trim()), min, max)),
    }
}

/** `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`, in any case (as systemd takes them). */
export function flag(fallback: boolean): Setting<boolean> {
    return {
        wanted: "true, yes, on, 1, false, no, off or 0",
        fallback,
        read: text => {
            const word = text.trim().toLowerCase()
            if (["true", "yes", "on", "1"].indexOf(word) >= 0) return true
            if (["false", "no", "off", "0"].indexOf(word) >= 0) return false
            return undefined
        },
    }
}

/**
 * A time span with its unit: `500ms`, `5s`, `1.5m`, `1h`, `1d`; a bare number only when it is 0.
 * @param fallback in milliseconds, as the value, `min` and `max`
 */
export function duration(
    fallback: number,
    min: number,
    max: number
): Setting<number> {
    return {
        wanted: `a time from ${min}ms to ${max}ms with its unit, as 500ms, 5s, 2m or 1h`,
        fallback,
        read: text => {
            const value =
                text.trim() === "0"
                    ? 0
                    : parseWithUnit(text, MS_UNITS, MS_FACTORS)
            return within(value, min, max)
        },
    }
}

/**
 * A size in bytes: `2000`, `2KB` or `2K` (2048, base 1024 as in systemd), `1MB`.
 * @param fallback in bytes, as the value, `min` and `max`
 */
export function byteSize(
    fallback: number,
    min: number,
    max: number
): Setting<number> {
    return {
        wanted: `a size from ${min} to ${max} bytes, as 2000 or 2KB`,
        fallback,
        read: text =>
            whole(
                within(parseWithUnit(text, BYTE_UNITS, BYTE_FACTORS), min, max)
            ),
    }
}

/** Words parted by commas, white space around them left out, empty ones dropped. */
export function list(
    fallback: string[],
    check?: Check<string[]>
): Setting<string[]> {
    return {
        wanted: `words parted by commas, at most ${MAX_TEXT_BYTES} bytes`,
        fallback,
        read: text => {
            if (text.byteLength > MAX_TEXT_BYTES) return undefined
            const words = text.split(",").map(word => word.trim())
            return words.filter(word => word !== "")
        },
        check,
    }
}

/** One of the given words, in any case. */
export function oneOf<T extends string>(fallback: T, options: T[]): Setting<T> {
    return {
        wanted: `one of ${options.join(", ")}`,
        fallback,
        read: text => {
            const word = text.trim().toLowerCase()
            return options.find(option => option.toLowerCase() === word)
        },
    }
}

function within(value: number, min: number, max: number): number {
    return value >= min && value <= max ? value : undefined
}

function whole(value: number): number {
    return value === Math.floor(value) ? value : undefined
}
