import {
    existsSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
} from "node:fs"
import { join } from "node:path"
import { inBuildDir } from "../build-dir.ts"
import { makeFolder, withPath, writeOutput } from "../files.ts"
import { buildId } from "../flash/index.ts"

/** Most builds whose debug information is kept. */
const MAX_KEPT = 50
const KEPT = ".json"

/**
 * Keeps a build's debug information and its image beside it, so that its stack frames can be
 * resolved and its settings are known when the program has been built again: of the builds that
 * were used last.
 */
export function keepDebugFile(bytecode: Uint8Array, debugFile: string): void {
    const folder = debugFolder()
    const file = fileOf(buildId(bytecode))
    withPath(folder, () => makeFolder(folder))
    // each as a whole: another process may read them at the same time
    writeOutput(imageBeside(file), bytecode)
    writeOutput(
        file,
        withPath(debugFile, () => readFileSync(debugFile))
    )
    const old = readdirSync(folder)
        .filter(name => name.endsWith(KEPT))
        .map(name => join(folder, name))
        // another process may take one away at the same time
        .map(path => ({ path, used: modified(path) }))
        .sort((a, b) => b.used - a.used)
        .slice(MAX_KEPT)
    for (const { path } of old)
        for (const one of [path, imageBeside(path)])
            rmSync(one, { force: true })
}

/** The image that lies beside debug information that is kept. */
export function imageBeside(debugFile: string): string {
    return debugFile.replace(/\.json$/, ".devs")
}

function modified(file: string): number {
    return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** The debug information of the build `id`, if it is kept. */
export function findDebugFile(id: string): string | undefined {
    const file = fileOf(id)
    return /^[0-9a-f]+$/.test(id) && existsSync(file) ? file : undefined
}

/** Where the debug information of the last builds is kept, by the id of the build. */
function debugFolder(): string {
    return inBuildDir("debug")
}

function fileOf(id: string): string {
    return join(debugFolder(), id + KEPT)
}
