import { facilityOf } from "./facility"
import {
    parseDecimal,
    parseInteger,
    parseWithUnit,
    whole,
    wordIndex,
} from "./number"
import { MAX_VALUE_LENGTH, Rule } from "./schema"
import { byteLength, isMadeOf } from "./text"

// Reads the text of a setting as its value, by the kind that its schema names. Texts are never
// evaluated. Read by Node as well, so what belongs to other parts is handed in.

/** What settings need to know of the log. */
export interface LevelNames {
    /** Number of a level by its name; undefined when there is none. */
    level(name: string): number | undefined
    /** What is wrong with a level specification; undefined when nothing is. */
    specFault(spec: string): string | undefined
}

/** Shown instead of a secret. */
export const MASK = "***"
/** Longest part of a refused text that a message repeats. */
const MAX_SHOWN = 40

/** Limits of a text where the schema gives none, in bytes. */
const TEXT_LIMITS = ["0", "" + MAX_VALUE_LENGTH]

/** What each kind takes, for people; the limits follow. */
const WANTED = `
int: a whole number
number: a number
duration: a time with its unit, as 500ms, 5s, 2m or 1h
size: a size in bytes, as 2000 or 2KB
flag: true, yes, on, 1, false, no, off or 0
one-of: one of
level: one level, as none, error, warning, info, debug or trace
levels: levels by topic, as info debug@net warning@task.*
facility: a syslog facility: 0 to 23, local0 to local7, or a name as user or daemon
list: words between commas, bytes
host: a host name or address of letters, digits and .-_:, bytes
url: http:// or https:// and a host, without blanks, bytes
key: hex digits, bytes
secret: a text, bytes
text: a text, bytes
`

/**
 * Reads a text as the value of a setting. An empty one is the default.
 * @returns undefined when it is refused, and for a default that is empty where no text is a value
 */
export function readValue(
    rule: Rule,
    text: string,
    levels: LevelNames
): unknown {
    const { kind } = rule
    if (text === "") text = rule.fallback
    const word = text.trim().toLowerCase()
    switch (kind) {
        case "int":
        case "number":
        case "duration":
        case "size": {
            const value = readNumber(kind, word)
            return isWithin(rule, value) ? value : undefined
        }
        case "flag": {
            const at = wordIndex("true yes on 1 false no off 0", word)
            return at < 0 ? undefined : at < 4
        }
        case "one-of":
            return word.indexOf("|") < 0 &&
                `|${rule.limits[0]}|`.indexOf(`|${word}|`) >= 0
                ? word
                : undefined
        case "level":
            return levels.level(word)
        case "levels":
            return levels.specFault(text) === undefined ? text : undefined
        case "facility":
            return facilityOf(word)
    }
    if (text !== "" && !isText(rule, text)) return undefined
    return kind === "list" ? readList(text) : text
}

/**
 * What is wrong with a text as a setting's value, for people; undefined when nothing is.
 * @param secret the text must not be repeated
 */
export function valueFault(
    rule: Rule,
    text: string,
    secret: boolean,
    levels: LevelNames
): string | undefined {
    if (text === "" || readValue(rule, text, levels) !== undefined)
        return undefined
    if (rule.kind === "levels" && !secret) return levels.specFault(text)
    const cut =
        text.length > MAX_SHOWN ? text.slice(0, MAX_SHOWN) + "..." : text
    const got = secret ? MASK : JSON.stringify(cut)
    return `got ${got}, wanted ${wantedValue(rule)}`
}

/** What a setting takes, for people: `a whole number: 1 to 65535`. */
export function wantedValue({ kind, limits }: Rule): string {
    const start = WANTED.indexOf(`\n${kind}: `) + kind.length + 3
    const words = WANTED.slice(start, WANTED.indexOf("\n", start))
    return limits.length ? `${words}: ${limits.join(" to ")}` : words
}

function readNumber(kind: string, word: string): number | undefined {
    if (kind === "int") return parseInteger(word)
    if (kind === "duration" && word !== "0")
        return parseWithUnit(
            word,
            "ms s m h d",
            [1, 1000, 60000, 3600000, 86400000]
        )
    const bare = parseDecimal(word)
    if (kind !== "size") return bare
    const factors = [1, 1024, 1024, 1048576, 1048576]
    return whole(bare ?? parseWithUnit(word, "b k kb m mb", factors))
}

/** Whether a number, or the bytes of a text, are within the limits of a setting. */
function isWithin({ kind, limits }: Rule, value: number | undefined): boolean {
    const [min, max] = limits.length ? limits : TEXT_LIMITS
    return (
        value !== undefined &&
        value >= (readNumber(kind, min.toLowerCase()) as number) &&
        value <= (readNumber(kind, max.toLowerCase()) as number)
    )
}

/** Whether a text is a value of the kinds that are texts. */
function isText(rule: Rule, text: string): boolean {
    if (!isWithin(rule, byteLength(text))) return false
    const low = text.toLowerCase()
    switch (rule.kind) {
        case "host":
            return isMadeOf(low, "abcdefghijklmnopqrstuvwxyz.-_:0123456789")
        case "key":
            return isMadeOf(low, "0123456789abcdef")
        case "url": {
            const host = text.indexOf("://") + 3
            return (
                (low.indexOf("http://") === 0 ||
                    low.indexOf("https://") === 0) &&
                host < text.length &&
                "/:?# ".indexOf(text[host]) < 0 &&
                text.indexOf(" ") < 0
            )
        }
        default:
            return true
    }
}

function readList(text: string): string[] {
    const words = text.split(",").map(word => word.trim())
    return words.filter(word => word !== "")
}
