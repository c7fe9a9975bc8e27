/** A further test of a value: says what is wrong with it, or undefined. */
export type Check<T> = (value: T) => string | undefined

/** One declared setting: how its text becomes a value, and what holds without one. */
export interface Setting<T> {
    /** Holds when nothing is set, or when what is set is refused. */
    readonly fallback: T
    /** What is wanted, for messages: `a whole number from 1 to 65535`. */
    readonly wanted: string
    /** Reads a text as a value; undefined when the text is none. Must not throw. */
    readonly read: (text: string) => T | undefined
    /** A further test of a value that `read` took, as for a level specification. */
    readonly check?: Check<T>
    /** The value is never shown: not in a message, a listing or a log line. */
    readonly secret?: boolean
}

/** Setting keys with their declarations. Keys have at most 13 bytes (the flash store's limit). */
export type Schema = Record<string, Setting<any>>

/**
 * Makes a schema. It is made when it is needed and not kept: 27 declarations would hold 3 KB of
 * heap, and take 0.2 ms to make.
 */
export type SchemaMaker<S extends Schema> = () => S

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
 * What is wrong with `text`, of which `value` was read, for a setting; undefined when nothing is.
 * @param line line of a dotenv text that it stood in, where known
 */
export function fault<T>(
    key: string,
    setting: Setting<T>,
    text: string,
    value: T | undefined,
    line?: number
): SettingProblem | undefined {
    const { wanted, check, secret } = setting
    let wrong: string = undefined
    if (value === undefined) wrong = `wanted ${wanted}`
    else if (check) wrong = check(value)
    if (wrong === undefined) return undefined
    const place = line === undefined ? "" : ` (line ${line})`
    if (text.length > MAX_SHOWN) text = text.slice(0, MAX_SHOWN) + "..."
    const got = secret ? MASK : JSON.stringify(text)
    return { key, message: `${key}${place}: got ${got}, ${wrong}` }
}
