import { parseDecimal, parseInteger, parseWithUnit, whole } from "./number"
import { Check, Setting } from "./setting"

/** Longest text of a string, secret or list, in bytes: the flash slot's 200 less its quotes. */
export const MAX_TEXT_BYTES = 180

/** Any text of at most `MAX_TEXT_BYTES`, taken as it stands. */
export function text(fallback: string, check?: Check<string>): Setting<string> {
    return {
        fallback,
        wanted: `text of at most ${MAX_TEXT_BYTES} bytes`,
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
    return { fallback, wanted, read, check, secret: true }
}

/** A number in decimal notation from `min` to `max`. */
export function decimal(
    fallback: number,
    min: number,
    max: number
): Setting<number> {
    return range(fallback, min, max, "a number", parseDecimal)
}

/** A whole number from `min` to `max`. */
export function int(
    fallback: number,
    min: number,
    max: number
): Setting<number> {
    return range(fallback, min, max, "a whole number", parseInteger)
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
    const wanted = "a time with its unit, as 500ms, 5s, 2m or 1h, in ms"
    const factors = [1, 1000, 60000, 3600000, 86400000]
    const parse = (text: string) =>
        text === "0" ? 0 : parseWithUnit(text, "ms s m h d", factors)
    return range(fallback, min, max, wanted, parse)
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
    const wanted = "a size as 2000 or 2KB, in bytes"
    const factors = [1, 1024, 1024, 1048576, 1048576, 1]
    const parse = (text: string) =>
        whole(parseWithUnit(text, "b k kb m mb ", factors))
    return range(fallback, min, max, wanted, parse)
}

/** `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`, in any case (as systemd takes them). */
export function flag(fallback: boolean): Setting<boolean> {
    return {
        fallback,
        wanted: "true, yes, on, 1, false, no, off or 0",
        read: text => {
            const words = ["true", "yes", "on", "1", "false", "no", "off", "0"]
            const at = words.indexOf(text.trim().toLowerCase())
            return at < 0 ? undefined : at < 4
        },
    }
}

/** Words parted by commas, white space around them left out, empty ones dropped. */
export function list(
    fallback: string[],
    check?: Check<string[]>
): Setting<string[]> {
    return {
        fallback,
        wanted: `words parted by commas, at most ${MAX_TEXT_BYTES} bytes`,
        read: text => {
            if (text.byteLength > MAX_TEXT_BYTES) return undefined
            const words = text.split(",").map(word => word.trim())
            return words.filter(word => word !== "")
        },
        check,
    }
}

/** One of the given words, which are in lower case; any case is taken. */
export function oneOf<T extends string>(fallback: T, options: T[]): Setting<T> {
    return named(fallback, `one of ${options.join(", ")}`, word => {
        const at = options.indexOf(word as T)
        return at < 0 ? undefined : options[at]
    })
}

/**
 * A value that has a name, as a level of the log.
 * @param wanted the names, for messages
 * @param parse finds the value of a name in lower case; undefined when there is none
 */
export function named<T>(
    fallback: T,
    wanted: string,
    parse: (name: string) => T | undefined
): Setting<T> {
    const read = (text: string) => parse(text.trim().toLowerCase())
    return { fallback, wanted, read }
}

function range(
    fallback: number,
    min: number,
    max: number,
    what: string,
    parse: (text: string) => number | undefined
): Setting<number> {
    return {
        fallback,
        wanted: `${what} from ${min} to ${max}`,
        read: text => {
            const value = parse(text.trim())
            return value >= min && value <= max ? value : undefined
        },
    }
}
