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
import { basename, join } from "node:path"
import { FirmwareError, UsageError } from "../errors.ts"
import {
    codeEnd,
    type DebugInfo,
    MAX_CODE_END,
    optimise,
} from "../optimise/index.ts"
import {
    type KeptBuild,
    markCurrent,
    pruneBuilds,
    readBuild,
    readCurrent,
    toolVersion,
    writeBuild,
} from "./build-cache.ts"
import { startChild } from "./child.ts"
import { waitLock } from "./lock.ts"
import { programSlug } from "./paths.ts"

/** Where builds are kept, below the project's folder. */
const CACHE_FOLDER = ".devicescript/fiberctl/build"
/** Behind the name of a build that is not optimised. */
const PLAIN = "-plain"
/** What the optimiser did, beside the image. */
const REPORT = "optimised.json"
/** Longest build, in ms: some 3 s are usual. */
const BUILD_TIMEOUT_MS = 120_000
/** Longest wait for another build of the same program, in ms. */
const LOCK_TIMEOUT_MS = BUILD_TIMEOUT_MS + 10_000
/** A program ready for the board. */
export interface BuiltProgram extends KeptBuild {
    /** True when nothing had changed since the last build. */
    cached: boolean
}

/** How much of the 64 KB that the VM has for code a program takes, in bytes. */
export function codeSize(bytecode: Uint8Array): { used: number; most: number } {
    return { used: codeEnd(bytecode), most: MAX_CODE_END - 1 }
}

/** How a program is built. */
export interface BuildOptions {
    /** Called when a real build starts, which takes some seconds. */
    started?: () => void
    /** Run the image through the optimiser (default true). */
    optimise?: boolean
}

/** @throws UsageError when there is no program `main` */
export function checkProgram(main: string): void {
    const stats = statSync(main, { throwIfNoEntry: false })
    if (!stats) throw new UsageError(`"${main}" not found`)
    if (!stats.isFile()) throw new UsageError(`"${main}" is no file`)
}

/**
 * Builds `main` (relative to the working directory) with `devs build` and optimises its image,
 * or takes the last build when none of the files that it looked at has changed.
 * @throws UsageError when there is no such file
 * @throws FirmwareError with the compiler's messages when it does not compile
 */
export async function buildProgram(
    main: string,
    { started = () => {}, optimise = true }: BuildOptions = {}
): Promise<BuiltProgram> {
    checkProgram(main)
    const name = programSlug(main) + (optimise ? "" : PLAIN)
    const folder = join(CACHE_FOLDER, name)
    const kept = readCurrent(folder)
    if (kept) return { ...kept, cached: true }
    started()
    await unpackLibraries()
    mkdirSync(CACHE_FOLDER, { recursive: true })
    const release = await waitLock(`${folder}.lock`, LOCK_TIMEOUT_MS)
    try {
        const other = readCurrent(folder)
        if (other) return { ...other, cached: true }
        await compile(main, folder, optimise)
        pruneBuilds(CACHE_FOLDER)
    } finally {
        release()
    }
    return { ...readBuild(folder), cached: false }
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
        await compile(`${folder}.ts`, folder, false)
        writeFileSync(unpackedMark(), "")
    } finally {
        release()
    }
}

/** Says that the tool of this version has unpacked its libraries; gone with node_modules. */
function unpackedMark(): string {
    return `node_modules/@devicescript/.unpacked-${toolVersion()}`
}

/** Compiles into `folder`, whose lock is held. */
async function compile(
    main: string,
    folder: string,
    optimised: boolean
): Promise<void> {
    removeLeftovers(folder)
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
        if (code !== 0) throw buildError(main, child.output())
        finishBuild(main, fresh, optimised)
        markCurrent(fresh, main)
        rmSync(folder, { recursive: true, force: true })
        renameSync(fresh, folder)
    } finally {
        rmSync(fresh, { recursive: true, force: true })
    }
}

function buildError(main: string, output: string): FirmwareError {
    const said = output
        .split("\n")
        .filter(line => !/^\S*(using|musing) devs: /.test(line))
        .join("\n")
        .trim()
    return new FirmwareError(`"${main}" does not compile`, said)
}

/**
 * Optimises the compiler's image and keeps the report beside it.
 * @throws FirmwareError when the VM can't take all of its code
 */
function finishBuild(main: string, folder: string, wanted: boolean): void {
    const { bytecode, debugFile } = readBuild(folder)
    if (wanted) {
        const compiled = readFileSync(debugFile, "utf8")
        const { image, debug, report } = optimise(
            bytecode,
            JSON.parse(compiled) as DebugInfo
        )
        writeBuild(folder, image, JSON.stringify(debug))
        writeFileSync(join(folder, REPORT), JSON.stringify(report))
    }
    const { used, most } = codeSize(readBuild(folder).bytecode)
    if (used > most)
        throw new FirmwareError(
            `"${main}" is too large: its code takes ${used} bytes, the VM has ${most}`
        )
}

/** Removes what builds that were killed have left. */
function removeLeftovers(folder: string): void {
    for (const name of readdirSync(CACHE_FOLDER))
        if (/^\.\w{6}$/.test(name.replace(basename(folder), "")))
            rmSync(join(CACHE_FOLDER, name), { recursive: true, force: true })
}
