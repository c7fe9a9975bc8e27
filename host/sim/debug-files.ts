import {
    copyFileSync,
    existsSync,
    mkdirSync,
    readdirSync,
    rmSync,
    statSync,
} from "node:fs"
import { join } from "node:path"
import { inBuildDir } from "../build-dir.ts"
import { buildId } from "../flash/index.ts"

/** So many builds are kept. */
const MAX_KEPT = 50

/** Keeps a build's debug information, so that its stack frames can be resolved later on. */
export function keepDebugFile(bytecode: Uint8Array, debugFile: string): void {
    const folder = debugFolder()
    mkdirSync(folder, { recursive: true })
    copyFileSync(debugFile, fileOf(buildId(bytecode)))
    const old = readdirSync(folder)
        .map(name => join(folder, name))
        .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
        .slice(MAX_KEPT)
    for (const file of old) rmSync(file, { force: true })
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
