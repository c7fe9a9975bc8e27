import { once } from "node:events"
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    renameSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs"
import { basename, join } from "node:path"
import { FirmwareError, UsageError } from "../errors.ts"
import {
    type KeptBuild,
    markCurrent,
    readBuild,
    readCurrent,
    toolVersion,
} from "./build-cache.ts"
import { startChild } from "./child.ts"
import { waitLock } from "./lock.ts"
import { programSlug } from "./paths.ts"

/** Where builds are kept, below the project's folder. */
const CACHE_FOLDER = ".devicescript/fiberctl/build"
/** Longest build, in ms: some 3 s are usual. */
const BUILD_TIMEOUT_MS = 120_000
/** Longest wait for another build of the same program, in ms. */
const LOCK_TIMEOUT_MS = BUILD_TIMEOUT_MS + 10_000
/** A program ready for the board. */
export interface BuiltProgram extends KeptBuild {
    /** True when nothing had changed since the last build. */
    cached: boolean
}

/** Where the code of a program must end: the VM's compact form has 16 bits for it. */
const MAX_CODE_END = 0x10000
/** How the VM's verifier says that it does not. */
const CODE_TOO_LARGE = /verification failure: 1051\b/
/** Where the image's header tells start and length of the functions' code. */
const CODE_SECTION = 40

/** How much of the 64 KB that the VM has for code a program takes, in bytes. */
export function codeSize(bytecode: Buffer): { used: number; most: number } {
    const start = bytecode.readUInt32LE(CODE_SECTION)
    const length = bytecode.readUInt32LE(CODE_SECTION + 4)
    return { used: start + length, most: MAX_CODE_END - 1 }
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
    const kept = readCurrent(folder)
    if (kept) return { ...kept, cached: true }
    started()
    await unpackLibraries()
    mkdirSync(CACHE_FOLDER, { recursive: true })
    const release = await waitLock(`${folder}.lock`, LOCK_TIMEOUT_MS)
    try {
        const other = readCurrent(folder)
        if (other) return { ...other, cached: true }
        await compile(main, folder)
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

/** Compiles into `folder`, whose lock is held. */
async function compile(main: string, folder: string): Promise<void> {
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
        markCurrent(fresh)
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
    return new FirmwareError(
        CODE_TOO_LARGE.test(said)
            ? `"${main}" is too large: its code must end below ${MAX_CODE_END} bytes of the image`
            : `"${main}" does not compile`,
        said
    )
}

/** Removes what builds that were killed have left. */
function removeLeftovers(folder: string): void {
    for (const name of readdirSync(CACHE_FOLDER))
        if (/^\.\w{6}$/.test(name.replace(basename(folder), "")))
            rmSync(join(CACHE_FOLDER, name), { recursive: true, force: true })
}
