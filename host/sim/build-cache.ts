import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** Folders that the tool reads besides the sources. */
const CONFIG_FOLDERS = ["services", "boards"]

/** The files of a build: the image and the tool's debug information. */
const BYTECODE = "bytecode.devs"
const DEBUG = "bytecode-dbg.json"

const require = createRequire(import.meta.url)

/** What a build left in its folder. */
export interface KeptBuild {
    bytecode: Buffer
    /** The tool's debug information (`bytecode-dbg.json`), for stack traces. */
    debugFile: string
}

/** What a build depended on: content hash by path, "" for a file that was not there. */
interface Manifest {
    tool: string
    optimiser: string
    inputs: Record<string, string>
}

/** The build in `folder`, if nothing that it depended on has changed. */
export function readCurrent(folder: string): KeptBuild | undefined {
    const file = manifestFile(folder)
    if (!existsSync(file)) return undefined
    const kept = readFileSync(file, "utf8")
    const { inputs } = JSON.parse(kept) as Manifest
    const now = JSON.stringify(makeManifest(Object.keys(inputs)))
    return now === kept ? readBuild(folder) : undefined
}

/** The build in `folder`, as it is. */
export function readBuild(folder: string): KeptBuild {
    return {
        bytecode: readFileSync(join(folder, BYTECODE)),
        debugFile: join(folder, DEBUG),
    }
}

/** Puts another image and its debug information (JSON) in place of the compiler's. */
export function writeBuild(
    folder: string,
    bytecode: Uint8Array,
    debug: string
): void {
    writeFileSync(join(folder, BYTECODE), bytecode)
    writeFileSync(join(folder, DEBUG), debug)
}

/** Notes what the build in `folder` depended on: the files listed in its `inputs.json`. */
export function markCurrent(folder: string): void {
    const list = readFileSync(join(folder, "inputs.json"), "utf8")
    const manifest = makeManifest(JSON.parse(list) as string[])
    writeFileSync(manifestFile(folder), JSON.stringify(manifest))
}

/** Version of the DeviceScript tool. */
export function toolVersion(): string {
    const file = require.resolve("@devicescript/cli/package.json")
    const { version } = JSON.parse(readFileSync(file, "utf8")) as {
        version: string
    }
    return version
}

function manifestFile(folder: string): string {
    return join(folder, "manifest.json")
}

function makeManifest(paths: string[]): Manifest {
    const inputs: Record<string, string> = {}
    for (const path of [...paths, ...configFiles()].sort())
        inputs[path] = fileHash(path)
    return { tool: toolVersion(), optimiser: optimiserHash(), inputs }
}

/** Another optimiser makes another image. */
function optimiserHash(): string {
    const folder = fileURLToPath(new URL("../optimise", import.meta.url))
    const hash = createHash("sha256")
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    for (const file of files.filter(name => /\.[jt]s$/.test(name)).sort())
        hash.update(fileHash(join(folder, file)))
    return hash.digest("hex")
}

function configFiles(): string[] {
    return CONFIG_FOLDERS.filter(folder => existsSync(folder)).flatMap(folder =>
        readdirSync(folder).map(name => join(folder, name))
    )
}

function fileHash(path: string): string {
    try {
        return createHash("sha256").update(readFileSync(path)).digest("hex")
    } catch {
        return ""
    }
}
