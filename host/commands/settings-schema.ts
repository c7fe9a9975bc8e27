import { readTextInput } from "../files.ts"
import { MAX_ENV_BYTES } from "../env/index.ts"
import { UsageError } from "../errors.ts"
import {
    checkSettingsFile,
    placeFirst,
    settingsSchema,
    settingsTable,
    settingsTemplate,
} from "../settings/index.ts"
import { buildProgram } from "../sim/index.ts"
import { printJson } from "./board.ts"
import { count } from "../words.ts"
import { checkedTables } from "./settings-checks.ts"

/** Options of the commands that need a program's schema and no board. */
export interface SchemaOptions {
    json?: boolean
    /** The program. */
    main?: string
    /** A dotenv file in place of JSON Schema. */
    env?: boolean
}

/**
 * Runs `fiberctl settings check FILE`: a settings file, read and checked as a board does.
 * Exit code 1 when something is wrong with it.
 */
export async function runCheck(
    file: string,
    { json, main }: SchemaOptions
): Promise<void> {
    const text = readTextInput(file, MAX_ENV_BYTES)
    const tables = await tablesOf(main!)
    const { texts, problems } = await checkSettingsFile(text, tables)
    if (json) printJson(problems)
    else for (const problem of problems) console.log(placeFirst(file, problem))
    if (problems.length) {
        process.exitCode = 1
        return
    }
    const found = count(Object.keys(texts).length, "setting")
    if (!json) console.log(`${file}: ${found}, nothing wrong`)
}

/** Runs `fiberctl settings schema [PROGRAM]`. @throws UsageError for both forms at once */
export async function runSchema(
    program: string,
    { env, json }: SchemaOptions
): Promise<void> {
    if (env && json) throw new UsageError("--env goes without --json")
    const tables = await tablesOf(program)
    if (env) process.stdout.write(settingsTemplate(tables))
    else console.log(JSON.stringify(settingsSchema(tables), undefined, 4))
}

/** Runs `fiberctl settings docs [PROGRAM]`: a table in Markdown. */
export async function runDocs(program: string): Promise<void> {
    process.stdout.write(settingsTable(await tablesOf(program)))
}

/**
 * The tables of settings of a program.
 * @throws UsageError for one that declares none; FirmwareError for one that the board cannot read
 */
export async function tablesOf(main: string): Promise<string[]> {
    const { bytecode } = await buildProgram(main, {
        started: () => console.error(`building ${main} ...`),
    })
    const tables = checkedTables(bytecode)
    if (!tables.length) throw new UsageError(`"${main}" declares no settings`)
    return tables
}
