import { nearest } from "../nearest.ts"
import {
    isSettingKey,
    lineOf,
    MAX_KEY_LENGTH,
    type Rule,
    SCHEMA_MARK,
} from "../../src/settings/schema.ts"
import { KINDS, readValue, valueFault } from "../../src/settings/values.ts"
import { levelNumber } from "../levels.ts"
import { isLevelSpec } from "./level-spec.ts"

// Checks the tables of a program when it is built: the board reads them without a check, so that a
// line that it cannot read is a setting without a value.

const LEVELS = { level: levelNumber, isSpec: isLevelSpec }
/** The kinds without limits, or with words in their place. */
const WITHOUT_LIMITS = "facility flag level levels".split(" ")
/** The kinds whose limits are values; those of texts are lengths. */
const NUMBERS = "int number duration size".split(" ")
const FORM =
    "wanted KEY: KIND [LIMITS] [restart] = [DEFAULT] [| what it is for]"
const LINE = /^(\S+): (\S+)(?: (.+?))??( restart)? =(?: .*)?$/

/** What is wrong with the lines of some tables, a message each that begins with the line's key. */
export function checkTables(tables: readonly string[]): string[] {
    const places = new Map<string, string>()
    return [...new Set(tables)].flatMap(table => {
        const lines = table.slice(SCHEMA_MARK.length + 1).split("\n")
        return lines.flatMap(line => {
            if (line.trim() === "" || line.startsWith("#")) return []
            const key = line.split(":")[0]!
            const place = places.get(key)
            const problem = place
                ? `it is in ${place === table ? "this table twice" : "two tables"}`
                : lineFault(line)
            places.set(key, table)
            return problem ? [`table of settings: ${key}: ${problem}`] : []
        })
    })
}

/** What is wrong with a line. */
function lineFault(line: string): string | undefined {
    const [, key = "", kind = "", limits = ""] = LINE.exec(line) ?? []
    if (!key) return FORM
    if (!isSettingKey(key))
        return `wanted a key of at most ${MAX_KEY_LENGTH} upper-case letters, digits and _`
    const kinds = [...KINDS.matchAll(/^(\S+): /gm)].map(([, name]) => name!)
    if (!kinds.includes(kind)) {
        const near = nearest(kind, kinds)
        return `no kind "${kind}"; ${near ? `the nearest is ${near}` : `there are: ${kinds.join(" ")}`}`
    }
    const problem = limitsFault(kind, limits)
    if (problem) return problem
    const rule = lineOf(`\n${line}`, key)!
    const fault = valueFault(rule, rule.fallback, LEVELS)
    return fault && `its default: ${fault}`
}

/** What is wrong with the limits of a kind. */
function limitsFault(kind: string, limits: string): string | undefined {
    if (kind === "one-of")
        return /^[^ |]+(\|[^ |]+)*$/.test(limits)
            ? undefined
            : "wanted words between bars, as one-of tcp|tls"
    if (limits === "") return undefined
    if (WITHOUT_LIMITS.includes(kind)) return `${kind} takes no limits`
    const rule: Rule = {
        kind: NUMBERS.includes(kind) ? kind : "int",
        limits: "",
        restart: false,
        fallback: "",
        doc: "",
    }
    const [least, most, ...more] = limits
        .split(" ")
        .map(word => readValue(rule, word, LEVELS) as number | undefined)
    return least === undefined || most === undefined || more.length > 0
        ? "wanted two limits, the least and the greatest value"
        : least > most
          ? "the least value is above the greatest"
          : undefined
}
