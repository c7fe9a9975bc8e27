import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { unpackLibraries } from "../../host/sim/index.ts"

/**
 * Where the code of all functions must end in a program's image: the VM counts positions in 16
 * bits, and its verifier refuses more (error 1051). Strings come after and do not count.
 */
export const CODE_LIMIT = 65536
/** Where the image's header says start and length of the code. */
const CODE_SECTION = 40

/** One function of a program. */
export interface ImageFunction {
    name: string
    /** Source file, relative to the project. */
    file: string
    /** Bytes of its code and its descriptor, which has 16. */
    bytes: number
}

/** A program as the compiler leaves it. */
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
 * Compiles a program and reads what it consists of, also when it is too large for the VM.
 * @throws with the compiler's messages when it does not compile
 */
export async function readImage(main: string): Promise<ProgramImage> {
    await unpackLibraries()
    const folder = mkdtempSync(join(tmpdir(), "fiberd-bench-"))
    try {
        await build(main, folder)
        const file = join(folder, "bytecode-dbg.json")
        return toImage(JSON.parse(readFileSync(file, "utf8")) as DebugInfo)
    } finally {
        rmSync(folder, { recursive: true, force: true })
    }
}

async function build(main: string, folder: string): Promise<void> {
    const loader = new URL("../../host/register.js", import.meta.url).href
    const child = fileURLToPath(new URL("./build-process.ts", import.meta.url))
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    try {
        await promisify(execFile)(
            process.execPath,
            ["--import", loader, child, main, folder],
            { env, timeout: 120_000 }
        )
    } catch (error) {
        const { stdout, stderr } = error as { stdout: string; stderr: string }
        throw new Error(`"${main}" does not compile:\n${stdout}${stderr}`)
    }
}

function toImage({ sources, functions, binary }: DebugInfo): ProgramImage {
    const image = Buffer.from(binary.hex, "hex")
    return {
        functions: functions.map(({ name, location, size }) => ({
            name,
            file: fileAt(sources, location[0]),
            bytes: size,
        })),
        codeEnd:
            image.readUInt32LE(CODE_SECTION) +
            image.readUInt32LE(CODE_SECTION + 4),
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
