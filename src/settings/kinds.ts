import { parseDecimal, parseWithUnit } from "./number"
import { Check, Setting } from "./setting"

/** Longest text of a string, secret or list, in bytes: the flash slot's 200 less its quotes. */
export const MAX_TEXT_BYTES = 180

const MS_UNITS = ["ms", "s", "m", "h", "d"]
const MS_FACTORS = [1, 1000, 60000, 3600000, 86400000]
const BYTE_UNITS = ["", "b", "k", "kb", "m", "mb"]
const BYTE_FACTORS = [1, 1, 1024, 1024, 1048576, 1048576]

/** Any text of at most `MAX_TEXT_BYTES`, taken as it stands. */
export function text(fallback: string, check?: Check<string>): Setting<string> {
    return new TextSetting(fallback, false, check)
}

/** A text that is never shown, such as a password or a device key. */
export function secret(
    fallback: string,
    check?: Check<string>
): Setting<string> {
    return new TextSetting(fallback, true, check)
}

/** A number in decimal notation from `min` to `max`. */
export function decimal(
    fallback: number,
    min: number,
    max: number
): Setting<number> {
    return new RangeSetting(fallback, min, max, parseDecimal, "a number")
}

/** A whole number from `min` to `max`. */
export function int(
    fallback: number,
    min: number,
    max: number
): Setting<number> {
    return new RangeSetting(fallback, min, max, parseInteger, "a whole number")
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
    return new RangeSetting(fallback, min, max, parseSpan, wanted)
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
    return new RangeSetting(fallback, min, max, parseSize, wanted)
}

/** `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`, in any case (as systemd takes them). */
export function flag(fallback: boolean): Setting<boolean> {
    return new FlagSetting(fallback)
}

/** Words parted by commas, white space around them left out, empty ones dropped. */
export function list(
    fallback: string[],
    check?: Check<string[]>
): Setting<string[]> {
    return new ListSetting(fallback, check)
}

/** One of the given words, in any case. */
export function oneOf<T extends string>(fallback: T, options: T[]): Setting<T> {
    return new ChoiceSetting<T>(fallback, options)
}

class TextSetting implements Setting<string> {
    constructor(
        readonly fallback: string,
        readonly secret: boolean,
        readonly check: Check<string>
    ) {}

    wanted(): string {
        return `text of at most ${MAX_TEXT_BYTES} bytes`
    }

    read(text: string): string | undefined {
        return text.byteLength <= MAX_TEXT_BYTES ? text : undefined
    }
}

class RangeSetting implements Setting<number> {
    constructor(
        readonly fallback: number,
        private readonly min: number,
        private readonly max: number,
        private readonly parse: (text: string) => number | undefined,
        private readonly what: string
    ) {}

    wanted(): string {
        return `${this.what} from ${this.min} to ${this.max}`
    }

    read(text: string): number | undefined {
        const { parse, min, max } = this
        const value = parse(text.trim())
        return value >= min && value <= max ? value : undefined
    }
}

class FlagSetting implements Setting<boolean> {
    constructor(readonly fallback: boolean) {}

    wanted(): string {
        return "true, yes, on, 1, false, no, off or 0"
    }

    read(text: string): boolean | undefined {
        const word = text.trim().toLowerCase()
        if (["true", "yes", "on", "1"].indexOf(word) >= 0) return true
        if (["false", "no", "off", "0"].indexOf(word) >= 0) return false
        return undefined
    }
}

class ListSetting implements Setting<string[]> {
    constructor(
        readonly fallback: string[],
        readonly check: Check<string[]>
    ) {}

    wanted(): string {
        return `words parted by commas, at most ${MAX_TEXT_BYTES} bytes`
    }

    read(text: string): string[] | undefined {
        if (text.byteLength > MAX_TEXT_BYTES) return undefined
        const words = text.split(",").map(word => word.trim())
        return words.filter(word => word !== "")
    }
}

class ChoiceSetting<T extends string> implements Setting<T> {
    constructor(
        readonly fallback: T,
        private readonly options: T[]
    ) {}

    wanted(): string {
        return `one of ${this.options.join(", ")}`
    }

    read(text: string): T | undefined {
        const word = text.trim().toLowerCase()
        return this.options.find(option => option.toLowerCase() === word)
    }
}

function parseInteger(text: string): number | undefined {
    const value = parseDecimal(text)
    return value === Math.floor(value) ? value : undefined
}

function parseSpan(text: string): number | undefined {
    return text === "0" ? 0 : parseWithUnit(text, MS_UNITS, MS_FACTORS)
}

function parseSize(text: string): number | undefined {
    const value = parseWithUnit(text, BYTE_UNITS, BYTE_FACTORS)
    return value === Math.floor(value) ? value : undefined
}
