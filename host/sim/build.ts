import {
    existsSync,
    mkdtempSync,
    readdirSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs"
import { basename, dirname, join } from "node:path"
import { BOARD_INDEX } from "../boards/index.ts"
import { inBuildDir, makeInBuildDir } from "../build-dir.ts"
import { FirmwareError, UsageError } from "../errors.ts"
import { readTextInput, statsOf, withPath } from "../files.ts"
import {
    type Hashes,
    type KeptBuild,
    markCurrent,
    pruneBuilds,
    readBuild,
    readCurrent,
    readInputs,
    toolVersion,
} from "./build-cache.ts"
import { checkSize, TooLargeError } from "./build-sizes.ts"
import { keepDebugFile } from "./debug-files.ts"
import { runBuild } from "./compiler.ts"
import { waitLock } from "./lock.ts"
import { programSlug } from "./paths.ts"

/** What makes a folder a project for the compiler. */
const PROJECT = "devsconfig.json"
/** The list of what a project depends on, its largest size, and where fiberd lies then. */
const PACKAGE = "package.json"
const MAX_PACKAGE_BYTES = 1 << 20
const OWN_FOLDER = "node_modules/fiberd"
/** What helps where there is no project. */
const HINT =
    "this folder is no project, and `fiberctl new DIR` makes one to begin with"
/** Suffix of the name of a build that is not optimised. */
const PLAIN = "-plain"
/** Name of the folder of a discarded build, before six random characters. */
const REHEARSAL = "rehearsal."
/** Longest wait for another build of the same program, in ms: it has limits of its own. */
const LOCK_TIMEOUT_MS = 600_000
/** A program ready for the board. */
export interface BuiltProgram extends KeptBuild {
    /** True when nothing had changed since the last build. */
    cached: boolean
}

/** A program does not compile. */
class CompileError extends FirmwareError {
    /** The files that the compiler looked at, there or not, with their hashes. */
    readonly inputs: Hashes

    constructor(main: string, messages: string, inputs: Hashes) {
        super(`"${main}" does not compile`, messages)
        this.inputs = inputs
    }
}

/** The system refuses to read or write a file of the build. */
class RefusedError extends UsageError {
    /** The files that the compiler looked at, there or not, with their hashes. */
    readonly inputs: Hashes

    constructor(problem: string, inputs: Hashes) {
        super(problem)
        this.inputs = inputs
    }
}

/** The files that a failed build has read, there or not, with their hashes; none for other errors. */
export function readBy(error: unknown): Hashes {
    return error instanceof CompileError ||
        error instanceof RefusedError ||
        error instanceof TooLargeError
        ? error.inputs
        : {}
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

/**
 * Checks what no other text of the program mends.
 * @throws UsageError when there is no program `main`, no project around it, or no such board
 */
export function checkProgram(main: string, board?: string): void {
    const stats = statsOf(main)
    const isProject = existsSync(PROJECT)
    if (!stats)
        throw new UsageError(
            isProject ? `"${main}" not found` : `"${main}" not found: ${HINT}`
        )
    if (!stats.isFile()) throw new UsageError(`"${main}" is no file`)
    if (!isProject) throw new UsageError(`"${PROJECT}" not found: ${HINT}`)
    checkInstalled()
    checkBoardFile(board)
}

/** @throws UsageError when npm has not brought yet what the project depends on */
function checkInstalled(): void {
    if (isInstalled(process.cwd()) || !existsSync(PACKAGE)) return
    if (/"fiberd"\s*:/.test(readTextInput(PACKAGE, MAX_PACKAGE_BYTES)))
        throw new UsageError(
            `"${OWN_FOLDER}" not found: run \`npm install\` in this folder first`
        )
}

/** Whether fiberd is in a folder, or in one above, as npm does it for a workspace. */
function isInstalled(folder: string): boolean {
    const above = dirname(folder)
    return (
        existsSync(join(folder, OWN_FOLDER)) ||
        (above !== folder && isInstalled(above))
    )
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
    checkProgram(main, board)
    // first: editors and type checks need the libraries even when nothing is built
    await unpackLibraries()
    const folder = buildFolder(main, optimise, board)
    const kept = readCurrent(folder)
    if (kept) return keptProgram(kept, true)
    started()
    makeInBuildDir(cacheFolder())
    const release = await waitLock(`${folder}.lock`, LOCK_TIMEOUT_MS)
    try {
        const other = readCurrent(folder)
        if (other) return keptProgram(other, true)
        await compile(main, folder, optimise, board)
        const built = keptProgram(readBuild(folder), false)
        // this one as well, if its program is gone by now
        pruneBuilds(cacheFolder())
        return built
    } finally {
        release()
    }
}

function keptProgram(build: KeptBuild, cached: boolean): BuiltProgram {
    keepDebugFile(build.bytecode, build.debugFile)
    return { ...build, cached }
}

/**
 * Compiles `main` and discards the result, so that a compiler that is kept (`keepCompilers`) has
 * the whole program in memory and the next build only processes the changes.
 */
export async function rehearseBuild(
    main: string,
    { optimise = true, board }: BuildOptions = {}
): Promise<void> {
    makeInBuildDir(cacheFolder())
    const output = mkdtempSync(join(cacheFolder(), REHEARSAL))
    try {
        await runBuild({ main, output, board, optimise })
    } finally {
        rmSync(output, { recursive: true, force: true })
    }
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
export function buildInputs(
    main: string,
    { optimise = true, board }: BuildOptions
): Map<string, string> {
    return readInputs(buildFolder(main, optimise, board))
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
        withPath(folder, () => writeFileSync(`${folder}.ts`, "export {}\n"))
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

/** Compiles into `folder`, whose lock is held. */
async function compile(
    main: string,
    folder: string,
    optimise: boolean,
    board?: string
): Promise<void> {
    removeLeftovers(folder)
    const fresh = mkdtempSync(`${folder}.`)
    try {
        const answer = await runBuild({
            main,
            output: fresh,
            board,
            optimise,
        })
        if (!answer.isBuilt && answer.refused)
            throw new RefusedError(answer.refused, answer.inputs)
        if (!answer.isBuilt)
            throw new CompileError(main, answer.problem.trim(), answer.inputs)
        checkSize(main, fresh)
        withPath(folder, () => {
            markCurrent(fresh, main)
            rmSync(folder, { recursive: true, force: true })
            renameSync(fresh, folder)
        })
    } finally {
        rmSync(fresh, { recursive: true, force: true })
    }
}

/** Removes what builds that were killed have left. */
function removeLeftovers(folder: string): void {
    for (const name of readdirSync(cacheFolder()))
        if (/^\.\w{6}$/.test(name.replace(basename(folder), "")))
            rmSync(join(cacheFolder(), name), { recursive: true, force: true })
}
