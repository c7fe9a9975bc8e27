import { readFileSync } from "node:fs"
import { codeEnd } from "../../host/optimise/index.ts"
import { buildProgram } from "../../host/sim/index.ts"

/**
 * Where the code of all functions must end in a program's image: the VM counts positions in 16
 * bits, and its verifier refuses more (error 1051). Strings come after and do not count.
 */
export const CODE_LIMIT = 65536
/** Bytes of a function's descriptor, which the optimiser's debug information leaves out. */
const DESCRIPTOR_BYTES = 16

/** One function of a program. */
export interface ImageFunction {
    name: string
    /** Source file, relative to the project. */
    file: string
    /** Bytes of its code and its descriptor, which has 16. */
    bytes: number
}

/** What a program consists of. */
export interface ProgramImage {
    functions: ImageFunction[]
    /** Where the code ends, to be held against CODE_LIMIT: 112 bytes more than all functions. */
    codeEnd: number
    /** All of the image: code, strings, tables. */
    totalBytes: number
}

interface DebugInfo {
    sources: { path: string; length: number }[]
    functions: { name: string; location: [number, number]; size: number }[]
    binary: { hex: string }
}

/**
 * Builds a program and reads what its optimised image consists of.
 * @throws FirmwareError when it does not compile, or is too large
 */
export async function readImage(main: string): Promise<ProgramImage> {
    const { debugFile } = await buildProgram(main)
    return toImage(JSON.parse(readFileSync(debugFile, "utf8")) as DebugInfo)
}

function toImage({ sources, functions, binary }: DebugInfo): ProgramImage {
    const image = Buffer.from(binary.hex, "hex")
    return {
        functions: functions.map(({ name, location, size }) => ({
            name,
            file: fileAt(sources, location[0]),
            bytes: size + DESCRIPTOR_BYTES,
        })),
        codeEnd: codeEnd(image),
        totalBytes: image.length,
    }
}

/** The file at an offset of all sources laid end to end, as the debug information counts. */
function fileAt(sources: DebugInfo["sources"], offset: number): string {
    let start = 0
    for (const { path, length } of sources) {
        if (offset < start + length) return path
        start += length
    }
    return "?"
}
