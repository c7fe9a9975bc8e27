import { expand, Source } from "./expand"
import { addProblem, SettingProblem, settingProblem } from "./problem"
import {
    findRule,
    isSecretKind,
    isSettingKey,
    OWN_PREFIX,
    schemaKeys,
} from "./schema"
import { isSecretName } from "./secrets"
import { LevelNames, valueFault } from "./values"

// Makes of what the settings file and the build say the texts that hold: references filled in,
// each text checked against the schema. The board and the host call the same function, so that
// what the host lets through the board takes. Read by Node as well.

/** What the checks need from outside. */
export interface CheckContext {
    /** The tables of the schema. */
    readonly tables: readonly string[]
    readonly levels: LevelNames
    /** The one of some names that comes nearest to a wrong one. */
    nearest(wanted: string, names: string[]): string
    /** Called after each value, so that other fibers run in between. */
    pause(): Promise<void>
}

/** Where the text of a setting comes from. */
export type SettingOrigin = "program" | "file" | "build" | "default"

/** A text as it is written. */
export interface Written {
    text: string
    /** Line in the settings file; undefined for a setting of the build. */
    line: number | undefined
}

/** A text that holds for a setting. */
export interface SettingText extends Written {
    /** With references filled in. */
    text: string
    origin: SettingOrigin
    /** Never shown: its kind says so, or it holds a secret. */
    secret: boolean
}

/** What the settings come to. */
export interface CheckedSettings {
    /** By key; settings that have their default are not there. */
    texts: Record<string, SettingText>
    /** The first `MAX_PROBLEMS`. */
    problems: SettingProblem[]
}

/**
 * Checks settings.
 * @param written what the build says, with what the file says in its place, by key
 * @param problems what is wrong already
 * @returns the texts that are sound, and what is wrong with the others
 */
export async function checkSettings(
    written: Record<string, Written>,
    problems: SettingProblem[],
    context: CheckContext
): Promise<CheckedSettings> {
    const { tables, levels, pause } = context
    const texts: Record<string, SettingText> = {}
    const source: Source = {
        text: key => textOf(key, written, tables),
        isSecret: key => isSecretKey(key, tables),
    }
    for (const key of Object.keys(written)) {
        const { line, text: raw } = written[key]
        const rule = findRule(tables, key)
        const { text, secret, fault } = expand(key, raw, source)
        let problem = fault
        if (problem === undefined && !rule && key[0] !== OWN_PREFIX)
            problem = unknownKey(key, context)
        if (problem === undefined && rule)
            problem = valueFault(rule, text, secret, levels)
        const origin = line === undefined ? "build" : "file"
        if (problem !== undefined)
            addProblem(problems, settingProblem(key, line, problem))
        else if (rule && text !== "")
            texts[key] = { text, line, origin, secret }
        await pause()
    }
    return { texts, problems }
}

/** Whether the value of a key is never shown: by the schema, or by its name where there is none. */
export function isSecretKey(key: string, tables: readonly string[]): boolean {
    const rule = findRule(tables, key)
    return rule ? isSecretKind(rule.kind) : isSecretName(key)
}

/** What an unknown key is answered with. */
export function unknownKey(
    key: string,
    { tables, nearest }: CheckContext
): string {
    return `no such setting; the nearest is ${nearest(key, schemaKeys(tables))}`
}

/** What `${key}` stands for: as written, else the default of the schema. */
function textOf(
    key: string,
    written: Record<string, Written>,
    tables: readonly string[]
): string | undefined {
    if (!isSettingKey(key)) return undefined
    const found = written[key]
    if (found && found.text !== "") return found.text
    const rule = findRule(tables, key)
    return rule ? rule.fallback : undefined
}
