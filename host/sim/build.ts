import { createHash } from "node:crypto"
import { once } from "node:events"
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs"
import { createRequire } from "node:module"
import { join } from "node:path"
import { FirmwareError, UsageError } from "../errors.ts"
import { startChild } from "./child.ts"
import { waitLock } from "./lock.ts"
import { programSlug } from "./paths.ts"

/** Where builds are kept, below the project's folder. */
const CACHE_FOLDER = ".devicescript/fiberctl/build"
/** Longest build, in ms: some 3 s are usual. */
const BUILD_TIMEOUT_MS = 120_000
/** Longest wait for another build of the same program, in ms. */
const LOCK_TIMEOUT_MS = BUILD_TIMEOUT_MS + 10_000
/** Folders that the tool reads besides the sources. */
const CONFIG_FOLDERS = ["services", "boards"]

const require = createRequire(import.meta.url)

/** A program ready for the board. */
export interface BuiltProgram {
    bytecode: Buffer
    /** The tool's debug information (`bytecode-dbg.json`), for stack traces. */
    debugFile: string
    /** True when nothing had changed since the last build. */
    cached: boolean
}

/** What a build depended on: content hash by path, "" for a file that was not there. */
interface Manifest {
    tool: string
    inputs: Record<string, string>
}

/**
 * Builds `main` (relative to the working directory) with `devs build`, or takes the last build
 * when none of the files that it looked at has changed.
 * @param started called when a real build starts, which takes some seconds
 * @throws UsageError when there is no such file
 * @throws FirmwareError with the compiler's messages when it does not compile
 */
export async function buildProgram(
    main: string,
    started: () => void = () => {}
): Promise<BuiltProgram> {
    if (!existsSync(main)) throw new UsageError(`"${main}" not found`)
    if (!statSync(main).isFile()) throw new UsageError(`"${main}" is no file`)
    const folder = join(CACHE_FOLDER, programSlug(main))
    const kept = readBuild(folder)
    if (kept) return { ...kept, cached: true }
    started()
    await unpackLibraries()
    const release = await waitLock(`${folder}.lock`, LOCK_TIMEOUT_MS)
    try {
        const other = readBuild(folder)
        if (other) return { ...other, cached: true }
        await compile(main, folder)
    } finally {
        release()
    }
    const built = readBuild(folder, false)
    if (!built) throw new FirmwareError(`build of "${main}" gave no program`)
    return { ...built, cached: false }
}

/**
 * Lets the tool unpack its `@devicescript/*` libraries into node_modules, once per installation
 * and alone: its own commands side by side would read what another has half written.
 */
export async function unpackLibraries(): Promise<void> {
    if (existsSync(unpackedMark())) return
    mkdirSync(CACHE_FOLDER, { recursive: true })
    const folder = join(CACHE_FOLDER, "unpack")
    const release = await waitLock(`${folder}.lock`, LOCK_TIMEOUT_MS)
    try {
        if (existsSync(unpackedMark())) return
        writeFileSync(`${folder}.ts`, "export {}\n")
        await compile(`${folder}.ts`, folder)
        writeFileSync(unpackedMark(), "")
    } finally {
        release()
    }
}

/** Says that the tool of this version has unpacked its libraries; gone with node_modules. */
function unpackedMark(): string {
    return `node_modules/@devicescript/.unpacked-${toolVersion()}`
}

async function compile(main: string, folder: string): Promise<void> {
    const fresh = mkdtempSync(`${folder}.`)
    try {
        const child = startChild("./build-process.ts", [main, fresh])
        const timer = setTimeout(
            () => child.process.kill("SIGKILL"),
            BUILD_TIMEOUT_MS
        )
        const [code, signal] = await once(child.process, "close")
        clearTimeout(timer)
        if (signal)
            throw new FirmwareError(
                `the build of "${main}" was ended (${signal})`
            )
        if (code !== 0)
            throw new FirmwareError(
                `"${main}" does not compile`,
                compilerMessages(child.output())
            )
        const manifest = makeManifest(readInputs(fresh))
        writeFileSync(join(fresh, "manifest.json"), JSON.stringify(manifest))
        rmSync(folder, { recursive: true, force: true })
        renameSync(fresh, folder)
    } finally {
        rmSync(fresh, { recursive: true, force: true })
    }
}

/** The compiler's own words, without the tool's banner. */
function compilerMessages(output: string): string {
    return output
        .split("\n")
        .filter(line => !/^\S*(using|musing) devs: /.test(line))
        .join("\n")
        .trim()
}

function readBuild(folder: string, verify = true) {
    const manifestFile = join(folder, "manifest.json")
    if (!existsSync(manifestFile)) return undefined
    if (verify && !isCurrent(manifestFile)) return undefined
    return {
        bytecode: readFileSync(join(folder, "bytecode.devs")),
        debugFile: join(folder, "bytecode-dbg.json"),
    }
}

function isCurrent(manifestFile: string): boolean {
    const kept = readFileSync(manifestFile, "utf8")
    const { inputs } = JSON.parse(kept) as Manifest
    return JSON.stringify(makeManifest(Object.keys(inputs))) === kept
}

function makeManifest(paths: string[]): Manifest {
    const inputs: Record<string, string> = {}
    for (const path of [...paths, ...configFiles()].sort())
        inputs[path] = fileHash(path)
    return { tool: toolVersion(), inputs }
}

function configFiles(): string[] {
    return CONFIG_FOLDERS.filter(folder => existsSync(folder)).flatMap(folder =>
        readdirSync(folder).map(name => join(folder, name))
    )
}

function readInputs(folder: string): string[] {
    return JSON.parse(
        readFileSync(join(folder, "inputs.json"), "utf8")
    ) as string[]
}

function fileHash(path: string): string {
    try {
        return createHash("sha256").update(readFileSync(path)).digest("hex")
    } catch {
        return ""
    }
}

function toolVersion(): string {
    const file = require.resolve("@devicescript/cli/package.json")
    return (JSON.parse(readFileSync(file, "utf8")) as { version: string })
        .version
}
