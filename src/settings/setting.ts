/** A further test of a value: says what is wrong with it, or undefined. */
export type Check<T> = (value: T) => string | undefined

/** One declared setting: how its text becomes a value, and what holds without one. */
export interface Setting<T> {
    /** Holds when nothing is set, or when what is set is refused. */
    readonly fallback: T
    /** The value is never shown: not in a message, a listing or a log line. */
    readonly secret?: boolean
    /** A further test of a value that `read` took, as for a level specification. */
    readonly check?: Check<T>
    /** What is wanted, for messages: `a whole number from 1 to 65535`. */
    wanted(): string
    /** Reads a text as a value; undefined when the text is none. Must not throw. */
    read(text: string): T | undefined
}

/** Setting keys with their declarations. Keys have at most 13 bytes (the flash store's limit). */
export type Schema = Record<string, Setting<any>>

/** The values of a schema, by key. */
export type Values<S extends Schema> = {
    [K in keyof S]: S[K] extends Setting<infer T> ? T : never
}

/** Why a text was refused as a setting. The default, or the value before, stands. */
export interface SettingProblem {
    key: string
    /** What was wrong, with what was got and what is wanted; a secret shows as `***`. */
    message: string
}

/** Shown instead of a secret. */
export const MASK = "***"
/** Longest part of a refused text that a message repeats. */
const MAX_SHOWN = 40

/**
 * What is wrong with `text` for a setting; undefined when nothing is.
 * @param line line of a dotenv text that it stood in, where known
 */
export function fault<T>(
    key: string,
    setting: Setting<T>,
    text: string,
    line?: number
): SettingProblem | undefined {
    const value = setting.read(text)
    let wrong: string = undefined
    if (value === undefined) wrong = `wanted ${setting.wanted()}`
    else if (setting.check) wrong = setting.check(value)
    if (wrong === undefined) return undefined
    const place = line === undefined ? "" : ` (line ${line})`
    const got = setting.secret ? MASK : shown(text)
    return { key, message: `${key}${place}: got ${got}, ${wrong}` }
}

/** A refused text in quotes, cut where it is long. */
function shown(text: string): string {
    const cut =
        text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) + "..." : text
    return JSON.stringify(cut)
}
