import { rangeError } from "./errors"
import { nativeFormat } from "./format"
import { indexOrEnd, splitText } from "./split"
import { escapeControls } from "./text"

/**
 * Options as data. A part describes its options in a table, one line for each:
 *
 *     NAME: KIND LIMITS [= DEFAULT]
 *
 *     flushTime: ms 0 86400000 = 300000     whole number; the kind is its unit: ms, bytes,
 *                                           percent, ..., `int` for none; `level` of the log
 *     jitter: number 0 1 = 0.5              number, also a fraction
 *     filename: text 1 24                   text, with limits in bytes; from 1 on it is a name, without
 *                                           control characters
 *     time: one-of rfc3339|uptime = rfc3339 one of some texts
 *     progress: flag = false                true or false
 *     onProblem: function                   function, object or list, without limits; `any` for
 *                                           a value that the part itself checks
 *     formatter: object?                    `?`: null is allowed as well
 *
 * A table is one text and not objects, since a text takes neither heap nor code. All tables are
 * read here, so that all parts refuse the same things in the same words.
 */

/**
 * Name of the error about an option: a RangeError that names the thing, the option, what was wanted
 * and what was got.
 */
export const OPTION_ERROR = "OptionError"

/** A table of options, as above. */
export type OptionTable = string

/** Most characters of a value that an error shows. */
const MAX_SHOWN = 40
/** The lower limit of a name. */
const NAME_LOW = "1"
const KINDS_OF_OBJECT = "function object list"
/** What is wanted of each kind but whole numbers with a unit; `{0}` and `{1}` are the limits. */
const WANTED: OptionTable = `
    flag: true or false
    one-of: {0}
    function: a function
    object: an object
    list: a list
    text: a text of {0} to {1} bytes
    number: {0} to {1}
    level: a level, {0} to {1}
    int: a whole number, {0} to {1}`
const WHOLE_NUMBER = "a whole number, {0} to {1} {2}"

/**
 * Reads the options of a thing. An option that is undefined counts as left out, if there is one of
 * that name.
 * @param thing what the error names first, as `flash log "error.log"`
 * @param given the options as written; undefined for none
 * @param before options in force, when only some are changed; the table's defaults when left out
 * @param others receives the options whose names are not in the table; without it they are refused
 * @returns a new object: `before` or the defaults, with `given` on top
 * @throws OPTION_ERROR for a name that is not in the table, or a value that is not allowed
 */
export function readOptions<T>(
    thing: string,
    table: OptionTable,
    given: Partial<T> | undefined,
    before?: T,
    others?: Record<string, any>
): T {
    const options: any = before
        ? Object.assign({}, before)
        : defaultOptions(table)
    if (given === undefined || given === null) return options
    // a list or a buffer has no names on the VM
    const names = typeof given === "object" ? Object.keys(given) : undefined
    if (!names) throw optionError(thing, "options", "an object", given)
    const values = given as any
    for (const name of names) {
        const value = values[name]
        const rule = ruleOf(table, name)
        if (rule === undefined && others) others[name] = value
        else if (rule === undefined || value !== undefined) {
            checkValue(thing, table, name, rule, value)
            options[name] = value
        }
    }
    return options
}

/**
 * Checks the value of one option.
 * @throws OPTION_ERROR for a name that is not in the table, or a value that is not allowed
 */
export function checkOption(
    thing: string,
    table: OptionTable,
    name: string,
    value: unknown
): void {
    checkValue(thing, table, name, ruleOf(table, name), value)
}

/** @param rule the rest of the option's line; undefined for a name that is not in the table */
function checkValue(
    thing: string,
    table: OptionTable,
    name: string,
    rule: string | undefined,
    value: unknown
): void {
    if (rule === undefined)
        throw rangeError(
            OPTION_ERROR,
            `${thing}: no option ${shown(name)}; wanted ${optionNames(table).join(", ")}`
        )
    const [word, low, high] = splitText(rule, " ")
    const isNullable = word.slice(-1) === "?"
    const kind = isNullable ? word.slice(0, -1) : word
    if (isAllowed(kind, low, high, value)) return
    if (isNullable && value === null) return
    const wanted = ruleOf(WANTED, kind) || WHOLE_NUMBER
    throw optionError(thing, name, nativeFormat(wanted, low, high, kind), value)
}

/** The rest of an option's line in a table; undefined for a name that is not in it. */
function ruleOf(table: OptionTable, name: string): string | undefined {
    const at = table.indexOf(` ${name}: `)
    if (at < 0 || name.indexOf(" ") >= 0) return undefined
    const from = at + name.length + 3
    return table.slice(from, indexOrEnd(table, "\n", from))
}

/** The names in a table. */
export function optionNames(table: OptionTable): string[] {
    return eachOption(table, () => {})
}

/** The defaults of a table; options without one are not in the object. */
export function defaultOptions<T>(table: OptionTable): T {
    const options: any = {}
    eachOption(table, (name, rule) => {
        const at = rule.indexOf("=")
        if (at < 0) return
        // the default is the rest of the line, which may be nothing
        const text = rule.slice(at + 2)
        if (
            rule.indexOf("text", 0, 1) >= 0 ||
            rule.indexOf("one-of", 0, 1) >= 0
        )
            options[name] = text
        else if (rule.indexOf("flag", 0, 1) >= 0)
            options[name] = text === "true"
        else options[name] = parseFloat(text)
    })
    return options
}

/** The error OPTION_ERROR about one option of a thing. */
export function optionError(
    thing: string,
    name: string,
    wanted: string,
    got: unknown
): Error {
    return rangeError(
        OPTION_ERROR,
        `${thing}: ${name}: wanted ${wanted}, got ${shown(got)}`
    )
}

/** Whether a value is of a kind and within the limits. */
function isAllowed(
    kind: string,
    low: string,
    high: string,
    value: any
): boolean {
    if (kind === "any") return true
    const type = typeOf(value)
    if (kind === "flag") return type === "boolean"
    if (KINDS_OF_OBJECT.indexOf(kind) >= 0) return type === kind
    const isText = kind === "text" || kind === "one-of"
    if (type !== (isText ? "string" : "number")) return false
    if (kind === "one-of")
        return value.indexOf("|") < 0 && `|${low}|`.indexOf(`|${value}|`) >= 0
    if (low === NAME_LOW && isText && value !== escapeControls(value))
        return false
    const size: number = isText ? value.byteLength : value
    return (
        size >= parseFloat(low) &&
        size <= parseFloat(high) &&
        (kind === "number" || Math.floor(size) === size)
    )
}

/** The type of a value; lists and null are types of their own. */
function typeOf(value: unknown): string {
    if (value === null) return "null"
    return Array.isArray(value) ? "list" : typeof value
}

/** A value as an error shows it. */
function shown(value: unknown): string {
    const type = typeOf(value)
    if (type === "string")
        return `"${escapeControls((value as string).slice(0, MAX_SHOWN))}"`
    return (type !== "number" && ruleOf(WANTED, type)) || "" + value
}

/**
 * Calls `use` for each option of a table, in the order of the table, with the rest of its line.
 * @returns the names
 */
function eachOption(
    table: OptionTable,
    use: (name: string, rule: string) => void
): string[] {
    const names: string[] = []
    let at = 0
    while (true) {
        const colon = table.indexOf(":", at)
        if (colon < 0) return names
        const name = table.slice(table.lastIndexOf(" ", colon) + 1, colon)
        names.push(name)
        at = indexOrEnd(table, "\n", colon)
        use(name, table.slice(colon + 2, at))
    }
}
