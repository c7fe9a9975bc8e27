import { nearKey } from "../nearest.ts"
import {
    type CheckContext,
    type CheckedSettings,
    checkSettings,
    checkText,
} from "../../src/settings/check.ts"
import {
    type SettingProblem,
    UNKNOWN_SETTING,
} from "../../src/settings/problem.ts"
import { findRule, schemaKeys } from "../../src/settings/schema.ts"
import { levelNumber } from "../levels.ts"
import { isLevelSpec } from "./level-spec.ts"
import { isOfOtherPart } from "./part-tables.ts"

// The board's own checks, before anything is sent to it.

/** A setting, and where it is given. */
export interface GivenSetting {
    key: string
    /** An empty one says "not set". */
    text: string
    /** As `.env.local:3` or `--set`. */
    place: string
}

/** What is wrong with one of them. */
export interface GivenProblem {
    place: string
    /** `KEY: wanted ...`; no value. */
    message: string
    /** No table has the key. */
    isUnknown: boolean
}

/** What the VM of a board takes for itself; no program sees it, nor a settings file. */
const RADIO_SETTINGS = `# settings
WIFI_SSID: text 1 32 = | network of a board
WIFI_PWD: secret 8 64 = | its password; empty: an open network`

/** What to say of an unknown key that the VM knows; undefined for any other. */
export function radioHint(key: string): string | undefined {
    return findRule([RADIO_SETTINGS], key)
        ? "it is written with the program, by `fiberctl image`, `flash` or `up`"
        : undefined
}

function contextOf(tables: readonly string[]): CheckContext {
    return {
        tables,
        build: {},
        level: levelNumber,
        isSpec: isLevelSpec,
        pause: async () => {},
    }
}

/** Checks a settings file against the tables of a program, as the board does. */
export async function checkSettingsFile(
    text: string,
    tables: readonly string[]
): Promise<CheckedSettings> {
    const checked = await checkText(text, [], contextOf(tables))
    const problems = checked.problems.map(one => withName(one, tables))
    return { ...checked, problems }
}

/**
 * A problem whose message names an unknown key: one of a part that the program does not have, one that
 * is near to a known one, or one of the VM.
 */
function withName(
    problem: SettingProblem,
    tables: readonly string[]
): SettingProblem {
    const { key, line, message } = problem
    if (!message.endsWith(UNKNOWN_SETTING)) return problem
    const near = nearKey(key, schemaKeys(tables))
    let hint = radioHint(key) ?? (near && `the nearest is ${near}`)
    if (isOfOtherPart(key, tables)) hint = "its part is not in the program"
    if (!hint) return problem
    const place = line === undefined ? key : `${key} (line ${line})`
    const named = `${place}: ${UNKNOWN_SETTING}; ${hint}`
    return { key, line, message: named }
}

/** A problem as `FILE:LINE: KEY: message`. */
export function placeFirst(
    file: string,
    { line, message }: SettingProblem
): string {
    const rest = message
        .replace(/^line \d+: /, "")
        .replace(/^(\w+) \(line \d+\): /, "$1: ")
    return `${file}:${line ?? 1}: ${rest}`
}

/**
 * Checks settings that the build puts on a board; of a key given twice the later one counts.
 * @returns what is wrong, in the order of the keys
 */
export async function checkGiven(
    given: readonly GivenSetting[],
    tables: readonly string[]
): Promise<GivenProblem[]> {
    const written: Record<string, string> = {}
    const places = new Map<string, string>()
    for (const { key, text, place } of given) {
        written[key] = text
        places.set(key, place)
    }
    const all = [...tables, RADIO_SETTINGS]
    const found: GivenProblem[] = []
    for (const key of Object.keys(written)) {
        // alone, as a board lists a few problems only; references find the others
        const one = Object.create(written) as Record<string, string>
        one[key] = written[key]!
        const { problems } = await checkSettings(one, {}, [], contextOf(all))
        found.push(
            ...problems.map(problem => ({
                place: places.get(key)!,
                message: withName(problem, all).message,
                isUnknown: findRule(all, key) === undefined,
            }))
        )
    }
    return found
}
