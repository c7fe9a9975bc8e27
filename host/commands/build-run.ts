import { existsSync } from "node:fs"
import { MAX_ENV_BYTES, parseEnv, toolDifferences } from "../env/index.ts"
import { FirmwareError, UsageError } from "../errors.ts"
import { readTextInput } from "../files.ts"
import {
    buildFolder,
    buildProgram,
    codeSize,
    measureBuild,
    TooLargeError,
    uncalledMethods,
} from "../sim/index.ts"
import { checkTables, readTables } from "../settings/index.ts"
import { checkEnvFiles } from "./settings-checks.ts"
import { sizesText, uncalledText } from "./sizes-table.ts"
import { complain } from "../output.ts"
import { printJson } from "./board.ts"

/** Options of `fiberctl build` as commander gives them. */
export interface BuildCommandOptions {
    main: string
    board?: string
    optimise: boolean
    sizes?: boolean
    json?: boolean
}

/** The files that the DeviceScript tool deploys to a board as its settings. */
const DEPLOYED_FILES = [".env.defaults", ".env.local"]

/**
 * Runs `fiberctl build`.
 * @throws UsageError when a settings file is malformed or the program is missing
 * @throws FirmwareError when it does not compile, or a setting would not reach a board as written
 */
export async function runBuild({
    main,
    board,
    optimise,
    sizes: showSizes,
    json,
}: BuildCommandOptions): Promise<void> {
    if (showSizes && !optimise)
        throw new UsageError("--sizes goes without --no-optimise")
    const problems = DEPLOYED_FILES.flatMap(checkFile)
    const { bytecode, cached } = await buildProgram(main, {
        started: () => (json ? complain : console.log)(`building ${main} ...`),
        optimise,
        board,
    }).catch((error: unknown) => {
        if (!(error instanceof TooLargeError) || !error.sizes) throw error
        if (showSizes && !json) console.log(sizesText(error.sizes, error.most))
        throw error
    })
    const tables = readTables(bytecode)
    const faults = checkTables(tables)
    problems.push(...faults)
    // no setting can be checked by a table that cannot be read
    if (tables.length && !faults.length)
        problems.push(...(await checkEnvFiles(DEPLOYED_FILES, tables)))
    if (problems.length)
        throw new FirmwareError(problems[0], problems.slice(1).join("\n"))
    const { used, most } = codeSize(bytecode)
    const folder = buildFolder(main, optimise, board)
    const sizes = measureBuild(folder)
    if (json)
        return printJson({
            main,
            bytes: bytecode.length,
            code: used,
            most,
            cached,
            sizes: showSizes ? sizes : undefined,
        })
    const same = cached ? ", nothing changed since the last build" : ""
    console.log(
        `${main}: ${bytecode.length} bytes, code ${used} of ${most}${same}`
    )
    if (sizes?.report.skipped) console.log(sizes.report.skipped)
    if (!showSizes || !sizes) return
    console.log(`\n${sizesText(sizes, most)}`)
    console.log(`\n${uncalledText(await uncalledMethods(folder))}`)
}

function checkFile(file: string): string[] {
    if (!existsSync(file)) return []
    const text = readTextInput(file, MAX_ENV_BYTES)
    return toolDifferences(text, parseEnv(text, file)).map(
        ({ line, reason }) => `${file}:${line}: ${reason}`
    )
}
