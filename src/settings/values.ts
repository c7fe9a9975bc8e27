import { lineOf, Rule } from "./schema"
import { byteLength, replaceAll, skipChars, splitText, trim } from "./text"

// Reads the text of a setting as its value, by the kind in the schema. Texts are never evaluated.
// Also read by Node, so functions of other parts are passed in.

/** What settings need of the log. */
export interface LevelNames {
    /** Number of a level by its name; undefined when there is none. */
    level(name: string): number | undefined
    /** Whether a text is a level specification, as `info debug@net`. */
    isSpec(spec: string): boolean
}

/** Shown instead of a secret. */
export const MASK = "***"
const DIGITS = "0123456789"

/**
 * The kinds, one on each line, in the form of a schema:
 *
 *     KIND: FORM LIMITS = WORDS OR CHARACTERS | what is wanted
 *
 * The limits hold where the schema has none. For the forms `number` and `whole`, the words are units
 * with their factors; for `word`, names of values with their numbers. For `text` these are the
 * allowed characters; without any, all are allowed.
 */
export const KINDS = `
int: whole -2147483648 2147483647 = =1 | a whole number
number: number -2147483648 2147483647 = =1 | a number
duration: number 0 24d = ms=1 s=1000 m=60000 h=3600000 d=86400000 | a time with its unit, as 500ms, 5s, 2m or 1h
size: whole 0 1mb = =1 b=1 k=1024 kb=1024 m=1048576 mb=1048576 | a size in bytes, as 2000 or 2KB
facility: word 0 23 = kern=0 user=1 mail=2 daemon=3 auth=4 syslog=5 lpr=6 news=7 uucp=8 cron=9 authpriv=10 ftp=11 ntp=12 audit=13 alert=14 clock=15 local0=16 local1=17 local2=18 local3=19 local4=20 local5=21 local6=22 local7=23 | a syslog facility: 0 to 23, local0 to local7, or a name as user or daemon
flag: word 0 1 = true=1 yes=1 on=1 false=0 no=0 off=0 | true, yes, on, 1, false, no, off or 0
one-of: choice = | one of
level: level = | one level, as none, error, warning, info, debug or trace
levels: levels = | levels by topic, as info debug@net warning@task.*
list: text 0 200 = | words between commas, bytes
host: text 0 200 = abcdefghijklmnopqrstuvwxyz.-_:0123456789 | a host name or address of letters, digits and .-_:, without a port, bytes
url: text 0 200 = | http:// or https:// and a host, without blanks, bytes
key: text 0 200 = 0123456789abcdef | hex digits, bytes
secret: text 0 200 = | a text, bytes
text: text 0 200 = | a text, bytes
`
/** The units of numbers without a unit. */
const NO_UNIT = "=1"

/**
 * Reads a text as the value of a setting; an empty text means the default.
 * @param isChecked whether the text is known to be valid: then limits are not read, which would be
 * most of the work
 * @returns undefined when the text is refused, and for an empty default of a kind that is not a text
 */
export function readValue(
    rule: Rule,
    text: string,
    levels: LevelNames,
    isChecked = false
): unknown {
    if (text === "") text = rule.fallback
    const word = trim(text).toLowerCase()
    const { kind: form, limits: usual, fallback: words } = kindOf(rule)
    const limits = (rule.limits || usual).toLowerCase()
    if (form === "level") return levels.level(word)
    if (form === "levels") return levels.isSpec(text) ? text : undefined
    if (form === "choice")
        return word.indexOf("|") < 0 && `|${limits}|`.indexOf(`|${word}|`) >= 0
            ? word
            : undefined
    const { kind } = rule
    if (form === "text") {
        if (!isChecked && text !== "" && !isText(kind, text, limits, words))
            return undefined
        return kind === "list" ? readList(text) : text
    }
    const units = form === "word" ? NO_UNIT : words
    let value = form === "word" ? wordNumber(words, word) : NaN
    if (isNaN(value)) value = readNumber(units, word)
    // 1.1 minutes are a little more than 66,000 ms, and options are whole
    if (kind === "duration") value = Math.round(value)
    if (form !== "number" && value !== Math.floor(value)) return undefined
    if (!isChecked && !isWithin(limits, units, value)) return undefined
    return kind === "flag" ? value === 1 : value
}

/**
 * The message about a text that is no value of a setting; undefined for a valid or empty text. It
 * does not repeat the text: in a damaged file that may be a secret that has lost its key.
 */
export function valueFault(
    rule: Rule,
    text: string,
    levels: LevelNames
): string | undefined {
    return text === "" || readValue(rule, text, levels) !== undefined
        ? undefined
        : `wanted ${wantedValue(rule)}`
}

/** What a setting accepts, for messages: `a whole number: 1 to 65535`. */
export function wantedValue(rule: Rule): string {
    const { doc } = kindOf(rule)
    const { limits } = rule
    return limits ? `${doc}: ${replaceAll(limits, " ", " to ")}` : doc
}

/** The line of a setting's kind. */
function kindOf({ kind }: Rule): Rule {
    return lineOf(KINDS, kind) as Rule
}

/**
 * Reads a decimal number with its unit, which may follow blanks: an optional sign, digits, an
 * optional fraction; no exponent, no `0x10`. Zero needs no unit.
 * @returns NaN for anything else
 */
function readNumber(units: string, word: string): number {
    if (word === "0") return 0
    const start = skipChars(word, 0, "+-")
    let end = skipChars(word, start, DIGITS)
    if (end === start) return NaN
    if (word[end] === ".") {
        const point = end + 1
        end = skipChars(word, point, DIGITS)
        if (end === point) return NaN
    }
    const unit = word.slice(skipChars(word, end, " "))
    return parseFloat(word.slice(0, end)) * wordNumber(units, unit)
}

/** The number of a word in a list of words; NaN for a word that is not in it. */
function wordNumber(words: string, word: string): number {
    const at = (" " + words).indexOf(` ${word}=`)
    if (at < 0 || word.indexOf("=") >= 0) return NaN
    return parseFloat(words.slice(at + word.length + 1))
}

/** Whether a number is within limits, which are written with the same units. */
function isWithin(limits: string, units: string, value: number): boolean {
    const blank = limits.indexOf(" ")
    return (
        value >= readNumber(units, limits.slice(0, blank)) &&
        value <= readNumber(units, limits.slice(blank + 1))
    )
}

/** Whether a text is a value of a kind of the form `text`. */
function isText(
    kind: string,
    text: string,
    limits: string,
    chars: string
): boolean {
    if (!isWithin(limits, NO_UNIT, byteLength(text))) return false
    const low = text.toLowerCase()
    if (kind === "url") return isUrl(low)
    // one colon means a port, which is a separate setting; an IPv6 address has more
    const colon = kind === "host" ? low.indexOf(":") : -1
    if (colon >= 0 && low.indexOf(":", colon + 1) < 0) return false
    return chars === "" || skipChars(low, 0, chars) === low.length
}

function isUrl(low: string): boolean {
    const host = low.indexOf("://") + 3
    const scheme = low.slice(0, host)
    return (
        (scheme === "http://" || scheme === "https://") &&
        " /:?#".indexOf(low.slice(host, host + 1)) < 0 &&
        low.indexOf(" ") < 0
    )
}

function readList(text: string): string[] {
    const words: string[] = []
    for (const part of splitText(text, ",")) {
        const word = trim(part)
        if (word) words.push(word)
    }
    return words
}
