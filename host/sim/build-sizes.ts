// What a build consists of: the optimiser's work on it, its sizes, and whether it fits.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { FirmwareError } from "../errors.ts"
import {
    codeEnd,
    type DebugInfo,
    findUncalled,
    type LinkedMethod,
    MAX_CODE_END,
    measureSizes,
    optimise,
    projectTypes,
    type Report,
    type Sizes,
} from "../optimise/index.ts"
import { type Hashes, readBuild, readNoted, writeBuild } from "./build-cache.ts"

/** The file beside the image that says what the optimiser did. */
const REPORT = "report.json"
/** The compiler's image and its debug information, beside the optimised ones. */
const COMPILED = "compiled.devs"
const COMPILED_DEBUG = "compiled-dbg.json"
/** The project whose types the optimiser asks. */
const PROJECT = "tsconfig.json"

/** How much of the 64 KB that the VM has for code a program takes, in bytes. */
export function codeSize(bytecode: Uint8Array): { used: number; most: number } {
    return { used: codeEnd(bytecode), most: MAX_CODE_END - 1 }
}

/** Optimises the compiler's image; that and what was done stay beside the new one. */
export async function optimiseBuild(folder: string): Promise<void> {
    const { bytecode, debugFile } = readBuild(folder)
    const compiled = readFileSync(debugFile, "utf8")
    const types = await projectTypes(PROJECT, true)
    const { image, debug, report } = optimise(
        bytecode,
        JSON.parse(compiled) as DebugInfo,
        { types }
    )
    writeFileSync(join(folder, REPORT), JSON.stringify(report))
    writeFileSync(join(folder, COMPILED), bytecode)
    writeFileSync(join(folder, COMPILED_DEBUG), compiled)
    writeBuild(folder, image, JSON.stringify(debug))
}

/** @throws TooLargeError when the VM can't take all of the code */
export function checkSize(main: string, folder: string): void {
    const { used, most } = codeSize(readBuild(folder).bytecode)
    if (used <= most) return
    throw new TooLargeError(
        `"${main}" is too large: its code takes ${used} bytes, the VM has ${most}`,
        most,
        measureBuild(folder),
        readNoted(folder)
    )
}

/** A program that does not fit, and what it consists of. */
export class TooLargeError extends FirmwareError {
    /** Bytes that the VM takes. */
    readonly most: number
    readonly sizes: BuildSizes | undefined
    /** The files that the compiler looked at, there or not, with their hashes. */
    readonly inputs: Hashes

    constructor(
        problem: string,
        most: number,
        sizes: BuildSizes | undefined,
        inputs: Hashes
    ) {
        super(problem, "`fiberctl build --sizes` shows what takes them")
        this.most = most
        this.sizes = sizes
        this.inputs = inputs
    }
}

/** What the optimiser did, and what the image consists of. */
export interface BuildSizes {
    report: Report
    /** The compiler's image. */
    before: Sizes
    after: Sizes
}

/** Measures the optimised build in a folder; undefined without one. */
export function measureBuild(folder: string): BuildSizes | undefined {
    const file = join(folder, REPORT)
    if (!existsSync(file)) return undefined
    const { bytecode, debugFile } = readBuild(folder)
    return {
        report: JSON.parse(readFileSync(file, "utf8")) as Report,
        before: measureSizes(
            readFileSync(join(folder, COMPILED)),
            readDebug(join(folder, COMPILED_DEBUG))
        ),
        after: measureSizes(bytecode, readDebug(debugFile)),
    }
}

function readDebug(file: string): DebugInfo {
    return JSON.parse(readFileSync(file, "utf8")) as DebugInfo
}

/**
 * Methods that the optimised build in a folder links although no code calls them; undefined
 * without such a build, or without TypeScript's types.
 */
export async function uncalledMethods(
    folder: string
): Promise<LinkedMethod[] | undefined> {
    const types = await projectTypes(PROJECT)
    if (!types || !existsSync(join(folder, COMPILED))) return undefined
    return findUncalled(
        readFileSync(join(folder, COMPILED)),
        readDebug(join(folder, COMPILED_DEBUG)),
        types
    )
}
