import { existsSync } from "node:fs"
import { MAX_ENV_BYTES, parseEnv } from "../env/index.ts"
import { FirmwareError, UsageError } from "../errors.ts"
import { readTextInput } from "../files.ts"
import { complain } from "../output.ts"
import {
    checkGiven,
    checkTables,
    type GivenProblem,
    type GivenSetting,
    isOfOtherPart,
    readTables,
} from "../settings/index.ts"
import type { Step } from "../scenario/index.ts"
import type { SimSettings } from "../sim/index.ts"

// Checks of settings against the schema that a program carries, before they reach a board.

/**
 * Checks the settings that go to a board with its program. What the project's own files say for
 * other programs is a warning only, and nothing where it is for a part of fiberd.
 * @throws UsageError for a key that the program does not know, or a text that it does not take;
 * FirmwareError for a schema that the board cannot read
 */
export async function checkBoardSettings(
    bytecode: Uint8Array,
    { own, asked }: SimSettings
): Promise<void> {
    const tables = checkedTables(bytecode)
    if (!tables.length) return
    const places = new Set(asked.map(({ place }) => place))
    const mine = own.filter(({ key }) => !isOfOtherPart(key, tables))
    const problems = await checkGiven([...mine, ...asked], tables)
    const isWarning = ({ place, isUnknown }: GivenProblem) =>
        isUnknown && !places.has(place)
    for (const problem of problems.filter(isWarning)) complain(lineOf(problem))
    const wrong = problems.filter(problem => !isWarning(problem))
    if (wrong.length) throw new UsageError(wrong.map(lineOf).join("; "))
}

/**
 * Checks what the steps of a scenario set, each on top of those before it.
 * @param place how errors name a step
 * @throws as `checkBoardSettings`
 */
export async function checkSteps(
    bytecode: Uint8Array,
    { own, asked }: SimSettings,
    scenario: readonly Step[],
    place: (step: number) => string
): Promise<void> {
    const tables = checkedTables(bytecode)
    if (!tables.length) return
    const given = [...own, ...asked]
    for (const [i, { action }] of scenario.entries()) {
        if (action.kind !== "set") continue
        const here = place(i + 1)
        for (const [key, text] of Object.entries(action.to))
            given.push({ key, text, place: here })
        const wrong = (await checkGiven(given, tables)).filter(
            problem => problem.place === here
        )
        if (wrong.length) throw new UsageError(wrong.map(lineOf).join("; "))
    }
}

/**
 * The tables of settings that a program declares.
 * @throws FirmwareError for one that the board cannot read: no setting can be checked by it
 */
export function checkedTables(bytecode: Uint8Array): string[] {
    const tables = readTables(bytecode)
    const [fault, ...faults] = checkTables(tables)
    if (fault) throw new FirmwareError(fault, faults.join("\n"))
    return tables
}

/**
 * What the program does not take of the settings in some dotenv files, one line each. Several
 * programs may share the files: settings of parts that this one does not have are left out.
 */
export async function checkEnvFiles(
    files: string[],
    tables: string[]
): Promise<string[]> {
    const given = files
        .filter(file => existsSync(file))
        .flatMap(settingsIn)
        .filter(({ key }) => !isOfOtherPart(key, tables))
    return (await checkGiven(given, tables)).map(lineOf)
}

function settingsIn(file: string): GivenSetting[] {
    const text = readTextInput(file, MAX_ENV_BYTES)
    return parseEnv(text, file).map(({ key, value, line }) => ({
        key,
        text: value,
        place: `${file}:${line}`,
    }))
}

function lineOf({ place, message }: GivenProblem): string {
    return `${place}: ${message}`
}
