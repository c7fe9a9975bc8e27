import { once } from "node:events"
import {
    existsSync,
    mkdtempSync,
    readdirSync,
    renameSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs"
import { basename, join } from "node:path"
import { inBuildDir, makeInBuildDir } from "../build-dir.ts"
import { FirmwareError, UsageError } from "../errors.ts"
import {
    type KeptBuild,
    markCurrent,
    pruneBuilds,
    readBuild,
    readCurrent,
    readInputs,
    toolVersion,
} from "./build-cache.ts"
import { checkSize, optimiseBuild } from "./build-sizes.ts"
import { keepDebugFile } from "./debug-files.ts"
import { type Child, startChild } from "./child.ts"
import { waitLock } from "./lock.ts"
import { programSlug } from "./paths.ts"
import type { BuildJob } from "./protocol.ts"

/** The file that chooses a board, when none is named. */
const BOARD_INDEX = "boards/index.ts"
/** Behind the name of a build that is not optimised. */
const PLAIN = "-plain"
/** Longest build, in ms: some 3 s are usual. */
const BUILD_TIMEOUT_MS = 120_000
/** Longest wait for another build of the same program, in ms. */
const LOCK_TIMEOUT_MS = BUILD_TIMEOUT_MS + 10_000
/** A program ready for the board. */
export interface BuiltProgram extends KeptBuild {
    /** True when nothing had changed since the last build. */
    cached: boolean
}

/** How a program is built. */
export interface BuildOptions {
    /** Called when a real build starts, which takes some seconds. */
    started?: () => void
    /** The board to build for, unless that of `boards/index.ts`. */
    board?: string
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
    { started = () => {}, optimise = true, board }: BuildOptions = {}
): Promise<BuiltProgram> {
    checkProgram(main)
    checkBoardFile(board)
    // first, as editors and type checks need the libraries even where nothing is to be built
    await unpackLibraries()
    const folder = buildFolder(main, optimise, board)
    const kept = readCurrent(folder)
    if (kept) return { ...kept, cached: true }
    started()
    makeInBuildDir(cacheFolder())
    const release = await waitLock(`${folder}.lock`, LOCK_TIMEOUT_MS)
    try {
        const other = readCurrent(folder)
        if (other) return { ...other, cached: true }
        await compile(main, folder, optimise, board)
        pruneBuilds(cacheFolder())
    } finally {
        release()
    }
    const built = readBuild(folder)
    keepDebugFile(built.bytecode, built.debugFile)
    return { ...built, cached: false }
}

/** The last build of `main`, whether or not its sources have changed since; if there is one. */
export function lastBuild(main: string, board?: string): KeptBuild | undefined {
    try {
        return readBuild(buildFolder(main, true, board))
    } catch {
        return undefined
    }
}

/** The files that the last build of `main` depends on, there or not, with their hashes. */
export function buildInputs(main: string, board?: string): Map<string, string> {
    return readInputs(buildFolder(main, true, board))
}

/** Where builds are kept. */
function cacheFolder(): string {
    return inBuildDir("build")
}

export function buildFolder(
    main: string,
    isOptimised: boolean,
    board: string | undefined
): string {
    const suffix = board ? `-${board}` : ""
    const name = programSlug(main) + suffix + (isOptimised ? "" : PLAIN)
    return join(cacheFolder(), name)
}

/** @throws UsageError when the project chooses its board by files, and has none for this one */
function checkBoardFile(board: string | undefined): void {
    if (board === undefined || !existsSync(BOARD_INDEX)) return
    const file = `boards/${board}.ts`
    if (!existsSync(file))
        throw new UsageError(
            `no board file "${file}" (\`fiberctl boards\` lists the boards)`
        )
}

/**
 * Lets the tool unpack its `@devicescript/*` libraries into node_modules, once per installation
 * and alone: its own commands side by side would read what another has half written.
 */
export async function unpackLibraries(): Promise<void> {
    if (existsSync(unpackedMark())) return
    makeInBuildDir(cacheFolder())
    const folder = join(cacheFolder(), "unpack")
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

/** Says that the tool of this version has unpacked its libraries; npm removes it with them. */
function unpackedMark(): string {
    return `node_modules/@devicescript/core/.unpacked-${toolVersion()}`
}

/** The process of the next build, when it has been started in advance. */
let prepared: Child | undefined

/** Loads the compiler for the next build of this process, which is faster then. */
export function prepareCompiler(): void {
    if (prepared) return
    const child = startChild("./build-process.ts", [])
    prepared = child
    child.process.once("exit", () => {
        if (prepared === child) prepared = undefined
    })
}

/** Ends a compiler that nobody needs any more. */
export function dropCompiler(): void {
    prepared?.process.kill("SIGKILL")
    prepared = undefined
}

function takeCompiler(): Child {
    const child = prepared ?? startChild("./build-process.ts", [])
    prepared = undefined
    return child
}

/** Compiles into `folder`, whose lock is held. */
async function compile(
    main: string,
    folder: string,
    optimised: boolean,
    board?: string
): Promise<void> {
    removeLeftovers(folder)
    const fresh = mkdtempSync(`${folder}.`)
    try {
        const child = takeCompiler()
        const job: BuildJob = { main, output: fresh, board }
        // one that dies is told of by its exit
        child.process.send(job, () => {})
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
        if (optimised) await optimiseBuild(fresh)
        checkSize(main, fresh)
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

/** Removes what builds that were killed have left. */
function removeLeftovers(folder: string): void {
    for (const name of readdirSync(cacheFolder()))
        if (/^\.\w{6}$/.test(name.replace(basename(folder), "")))
            rmSync(join(cacheFolder(), name), { recursive: true, force: true })
}
