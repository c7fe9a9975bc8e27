import { indexOrEnd, skipChars } from "./text"

// The schema of the settings: tables of text, one line for each setting. A text takes neither heap
// nor code on the board, and the host finds the tables of a program in its image. Limits in
// parentheses hold where a line has none. Also read by Node.
//
//     KEY: KIND [LIMITS] [restart] = [DEFAULT] [| what it is for]
//
//     HOSTNAME: host 0 64 =                     host name or address
//     LOG_LEVEL: levels = info                  level specification, `error debug@net`
//     FILE_LEVEL: level = error                 one level
//     SYSLOG_PORT: int 1 65535 = 514            whole number
//     GAIN: number -1 1 = 0.5                   number, also a fraction
//     HB_PERIOD: duration 0 1h = 5s             time with its unit, read as milliseconds
//     SYSLOG_QUEUE: size 4KB 8KB restart = 8KB size in bytes; `restart`: holds from the next start
//     SYSLOG_PROTO: one-of tcp|tls|relp = tcp   one of some words in lower case
//     SYSLOG_FAC: facility = local0             facility of syslog, by name or number
//     DEMO: flag =                              true or false; undefined if unset without a default
//     GREETING: text 0 40 =                     text, with limits in bytes (0 200)
//     NAMES: list =                             words between commas, limits in bytes (0 200)
//     OTA_URL: url =                            http:// or https://
//     WIFI_PWD: secret 8 63 =                   text that is never shown, limits in bytes (0 200)
//     OTA_KEY: key 64 64 =                      hex digits, never shown; limits of their number (0 200)

/** First line of a table. */
export const SCHEMA_MARK = "# settings"
/** A table of settings, as above. */
export type SchemaTable = `# settings\n${string}`

/** Longest key of a setting, in characters. */
export const MAX_KEY_LENGTH = 40
/** Longest value of a setting, in bytes. */
export const MAX_VALUE_LENGTH = 200
/** Start of keys that need no table: their values are for use in `${...}` only. */
export const OWN_PREFIX = "_"

const DIGITS = "0123456789"
const KEY_CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_" + DIGITS

/** One line of a table. */
export interface Rule {
    readonly kind: string
    /** As written; empty for the limits of the kind. */
    readonly limits: string
    /** Whether a change takes effect at the next start only. */
    readonly restart: boolean
    /** Text of the default; empty for none. */
    readonly fallback: string
    /** What the setting is for. */
    readonly doc: string
}

type Words<T extends string> = T extends `${infer Word}|${infer Rest}`
    ? Word | Words<Rest>
    : T

/** Type of the value of a kind with its limits. */
type KindValue<T extends string> = T extends `one-of ${infer W} ${string}`
    ? Words<W>
    : T extends `${"int" | "number" | "duration" | "size" | "level " | "facility"}${string}`
      ? number
      : T extends `flag${string}`
        ? boolean
        : T extends `list${string}`
          ? string[]
          : T extends `${"host" | "levels" | "text" | "url" | "secret" | "key"}${string}`
            ? string
            : never

type Key<T extends string> = T extends `${infer K}: ${string}` ? K : never

/** The keys of a table. */
export type KeyOf<
    T extends string,
    Found = never,
> = T extends `${infer Line}\n${infer Rest}`
    ? KeyOf<Rest, Found | Key<Line>>
    : Found | Key<T>

/** The type of a setting's value. */
export type ValueOf<
    T extends string,
    K extends string,
> = T extends `${string}\n${K}: ${infer Line}\n${string}`
    ? KindValue<Line>
    : T extends `${string}\n${K}: ${infer Last}`
      ? KindValue<Last>
      : never

/**
 * Bindings `option=KEY`, separated by a blank, whose keys a schema has; for others the text that
 * says what is wrong. A text that is made at run time is not checked.
 */
export type Bindings<B extends string, T extends string> = string extends B
    ? B
    : B extends `${infer First} ${infer Rest}`
      ? Bindings<First, T> extends First
          ? Bindings<Rest, T> extends Rest
              ? B
              : Bindings<Rest, T>
          : Bindings<First, T>
      : B extends `${string}=${infer K}`
        ? K extends KeyOf<T>
            ? B
            : `${K}: no such setting`
        : `${B}: wanted option=KEY`

/** The options of bindings, with the types of their settings. */
export type BoundOptions<B extends string, T extends string> = string extends B
    ? any
    : B extends `${infer First} ${infer Rest}`
      ? BoundOptions<First, T> & BoundOptions<Rest, T>
      : B extends `${infer Option}=${infer K}`
        ? { [O in Option]: ValueOf<T, K> }
        : never

/**
 * Whether a text can be the key of a setting: upper-case letters, digits and `_`, no digit first, at
 * most `MAX_KEY_LENGTH`.
 */
export function isSettingKey(key: string): boolean {
    return (
        key !== "" &&
        key.length <= MAX_KEY_LENGTH &&
        skipChars(key, 0, DIGITS) === 0 &&
        skipChars(key, 0, KEY_CHARS) === key.length
    )
}

/** The line of a key; undefined when no table has it. */
export function findRule(
    tables: readonly string[],
    key: string
): Rule | undefined {
    // keys of `set` and of remote requests are unchecked, and no key holds a blank
    if (key.indexOf(" ") >= 0 || key.indexOf("\n") >= 0) return undefined
    for (const table of tables) {
        const rule = lineOf(table, key)
        if (rule) return rule
    }
    return undefined
}

/** The line of a name in one table; undefined when it has none. */
export function lineOf(table: string, name: string): Rule | undefined {
    const at = table.indexOf(`\n${name}: `)
    if (at < 0) return undefined
    const start = at + name.length + 3
    const line = table.slice(start, indexOrEnd(table, "\n", start))
    const equals = line.indexOf(" =")
    const terms = line.slice(0, equals)
    const bar = indexOrEnd(line, " | ", equals)
    const kindEnd = indexOrEnd(terms, " ", 0)
    const limitsEnd = indexOrEnd(terms, " restart", kindEnd)
    return {
        kind: terms.slice(0, kindEnd),
        limits: terms.slice(kindEnd + 1, limitsEnd),
        restart: limitsEnd < terms.length,
        fallback: line.slice(equals + 3, bar),
        doc: line.slice(bar + 3),
    }
}

/** The keys of all tables, in order. */
export function schemaKeys(tables: readonly string[]): string[] {
    const keys: string[] = []
    for (const table of tables) {
        let at = -1
        for (;;) {
            at = table.indexOf("\n", at + 1)
            if (at < 0) break
            const key = table.slice(at + 1, indexOrEnd(table, ": ", at))
            // not a line without a setting, such as a comment
            if (key && key.indexOf(" ") < 0) keys.push(key)
        }
    }
    return keys
}

/** Whether values of a kind are never shown. */
export function isSecretKind(kind: string): boolean {
    return kind === "secret" || kind === "key"
}
