/**
 * Which build may be used again. A build is current when every file that the compiler was given
 * still has the bytes that it was given, and every file that the build wrote has the bytes that
 * it wrote. Any doubt (a manifest that is cut, an output that is gone) is no build at all.
 */
import { createHash } from "node:crypto"
import {
    existsSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    utimesSync,
    writeFileSync,
} from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { isRegular } from "../files.ts"
import { hashOf } from "../hash.ts"

/** Folders that the tool reads besides the sources. */
const CONFIG_FOLDERS = ["services", "boards"]
/** Time without use after which a build is removed, in ms. */
const MAX_UNUSED_MS = 30 * 86_400_000
const MANIFEST = "manifest.json"
/** What the build process notes of the files that it looked at, as `Hashes`. */
export const INPUTS = "inputs.json"

/** The files of a build: the image and the tool's debug information. */
const BYTECODE = "bytecode.devs"
const DEBUG = "bytecode-dbg.json"

const require = createRequire(import.meta.url)
/** What of ours an image depends on, the hooks of the compiler and the optimiser: their sources ... */
const MAKERS = ["../tool", "../optimise"].map(folder =>
    fileURLToPath(new URL(folder, import.meta.url))
)
/** ... or what a package has of them. */
const BUILT = fileURLToPath(new URL("../../dist", import.meta.url))

/** What a build left in its folder. */
export interface KeptBuild {
    bytecode: Buffer
    /** The tool's debug information (`bytecode-dbg.json`), for stack traces. */
    debugFile: string
}

/** SHA-256 by path; `ABSENT` for a file that was looked for and is not there. */
export type Hashes = Record<string, string>

/** What a build depended on and what it wrote. */
interface Manifest {
    tool: string
    maker: string
    main: string
    inputs: Hashes
    outputs: Hashes
}

/** Stands for a file that is not there. */
export const ABSENT = ""
/** Stands for a file that changed while the compiler read it: no build can depend on it. */
export const CHANGED = "changed"

/** The build in `folder`, if nothing that it depended on has changed. */
export function readCurrent(folder: string): KeptBuild | undefined {
    const manifest = readManifest(folder)
    if (!manifest) return undefined
    const { tool, maker, inputs, outputs } = manifest
    if (tool !== toolVersion() || maker !== makerHash()) return undefined
    const all = [...Object.keys(inputs), ...configFiles()]
    if (all.some(path => fileHash(path) !== inputs[path])) return undefined
    for (const [name, hash] of Object.entries(outputs))
        if (fileHash(join(folder, name)) !== hash) return undefined
    try {
        markUsed(folder)
        return readBuild(folder)
    } catch {
        return undefined
    }
}

/** The files that the build in `folder` depends on, there or not. */
export function readInputs(folder: string): Map<string, string> {
    return new Map(Object.entries(readManifest(folder)?.inputs ?? {}))
}

/** The build in `folder`, as it is. */
export function readBuild(folder: string): KeptBuild {
    return {
        bytecode: readFileSync(join(folder, BYTECODE)),
        debugFile: join(folder, DEBUG),
    }
}

/** What the build process has noted of the files that it looked at. */
export function readNoted(folder: string): Hashes {
    return JSON.parse(readFileSync(join(folder, INPUTS), "utf8")) as Hashes
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

/**
 * Notes what the build of `main` in `folder` depended on, from the `inputs.json` that the build
 * process wrote, and what lies there now. Nothing may be added to the folder afterwards.
 */
export function markCurrent(folder: string, main: string): void {
    const inputs = readNoted(folder)
    const outputs: Hashes = {}
    for (const name of readdirSync(folder))
        outputs[name] = fileHash(join(folder, name))
    const manifest: Manifest = {
        tool: toolVersion(),
        maker: makerHash(),
        main,
        inputs,
        outputs,
    }
    writeFileSync(join(folder, MANIFEST), JSON.stringify(manifest))
}

/** Removes the builds below `cache` whose program is gone, or that nobody used for a month. */
export function pruneBuilds(cache: string, now = Date.now()): void {
    for (const name of readdirSync(cache)) {
        const folder = join(cache, name)
        const used = modified(join(folder, MANIFEST))
        if (used === undefined) continue
        const main = readManifest(folder)?.main
        const isGone = main !== undefined && !existsSync(main)
        if (isGone || now - used > MAX_UNUSED_MS)
            rmSync(folder, { recursive: true, force: true })
    }
}

/** Version of the DeviceScript tool. */
export function toolVersion(): string {
    const file = require.resolve("@devicescript/cli/package.json")
    const { version } = JSON.parse(readFileSync(file, "utf8")) as {
        version: string
    }
    return version
}

/** Other hooks and another optimiser make another image. */
function makerHash(): string {
    const folders = MAKERS.filter(folder => existsSync(folder))
    const hash = createHash("sha256")
    for (const folder of folders.length > 0 ? folders : [BUILT]) {
        const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
        for (const file of files.filter(name => /\.[jt]s$/.test(name)).sort())
            hash.update(fileHash(join(folder, file)))
    }
    return hash.digest("hex")
}

/** The files that may add to a program without being imported by it. */
export function configFiles(): string[] {
    return CONFIG_FOLDERS.filter(folder => existsSync(folder)).flatMap(folder =>
        readdirSync(folder, { recursive: true, encoding: "utf8" })
            .map(name => join(folder, name))
            .filter(path => statSync(path, { throwIfNoEntry: false })?.isFile())
    )
}

/** The hash of the file at `path`, or `ABSENT`. */
export function fileHash(path: string): string {
    try {
        return isRegular(path) ? hashOf(readFileSync(path)) : ABSENT
    } catch {
        return ABSENT
    }
}

function readManifest(folder: string): Manifest | undefined {
    try {
        const text = readFileSync(join(folder, MANIFEST), "utf8")
        const manifest = JSON.parse(text) as Partial<Manifest> | null
        const { tool, maker, main, inputs, outputs } = manifest ?? {}
        if (!tool || !maker || main === undefined) return undefined
        return inputs && outputs
            ? { tool, maker, main, inputs, outputs }
            : undefined
    } catch {
        return undefined
    }
}

function modified(file: string): number | undefined {
    try {
        return statSync(file).mtimeMs
    } catch {
        return undefined
    }
}

function markUsed(folder: string): void {
    const now = new Date()
    utimesSync(join(folder, MANIFEST), now, now)
}
