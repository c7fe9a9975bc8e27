import {
    copyFileSync,
    existsSync,
    mkdirSync,
    readdirSync,
    rmSync,
    statSync,
} from "node:fs"
import { join } from "node:path"
import { buildId } from "../flash/index.ts"

/** Where the debug information of the last builds is kept, by the id of the build. */
const FOLDER = ".devicescript/fiberctl/debug"
/** So many builds are kept. */
const MAX_KEPT = 50

/** Keeps a build's debug information, so that its stack frames can be resolved later on. */
export function keepDebugFile(bytecode: Uint8Array, debugFile: string): void {
    mkdirSync(FOLDER, { recursive: true })
    copyFileSync(debugFile, fileOf(buildId(bytecode)))
    const old = readdirSync(FOLDER)
        .map(name => join(FOLDER, name))
        .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
        .slice(MAX_KEPT)
    for (const file of old) rmSync(file, { force: true })
}

/** The debug information of the build `id`, if it is kept. */
export function findDebugFile(id: string): string | undefined {
    const file = fileOf(id)
    return /^[0-9a-f]+$/.test(id) && existsSync(file) ? file : undefined
}

function fileOf(id: string): string {
    return join(FOLDER, `${id}.json`)
}
