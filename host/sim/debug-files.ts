import {
    copyFileSync,
    existsSync,
    mkdirSync,
    readdirSync,
    rmSync,
    statSync,
    utimesSync,
} from "node:fs"
import { join } from "node:path"
import { inBuildDir } from "../build-dir.ts"
import { withPath } from "../files.ts"
import { buildId } from "../flash/index.ts"

/** Most builds whose debug information is kept. */
const MAX_KEPT = 50

/**
 * Keeps a build's debug information, so that its stack frames can be resolved later on: of the
 * builds that were used last.
 */
export function keepDebugFile(bytecode: Uint8Array, debugFile: string): void {
    const folder = debugFolder()
    const file = fileOf(buildId(bytecode))
    withPath(folder, () => {
        mkdirSync(folder, { recursive: true })
        copyFileSync(debugFile, file)
        const now = new Date()
        utimesSync(file, now, now)
    })
    const old = readdirSync(folder)
        .map(name => join(folder, name))
        // another process may take one away at the same time
        .map(path => ({ path, used: modified(path) }))
        .sort((a, b) => b.used - a.used)
        .slice(MAX_KEPT)
    for (const { path } of old) rmSync(path, { force: true })
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
    return join(debugFolder(), `${id}.json`)
}
