import { createInterface } from "node:readline"
import { Readable } from "node:stream"
import { UsageError } from "../errors.ts"
import { readInput } from "../files.ts"
import { complain, printLive } from "../output.ts"
import { panicMeaning } from "../panic.ts"
import { printable, printableJson } from "../printable.ts"
import { findDebugFile, lastBuild } from "../sim/index.ts"
import { FrameResolver } from "./frames.ts"

/** Options of `fiberctl decode` as commander gives them. */
export interface DecodeOptions {
    main: string
    build?: string
    json?: boolean
}

/** Largest text that is read from a file. */
const MAX_BYTES = 256 << 20
/** How the VM and this tool say that a program panicked. */
const PANIC = /\bPANIC (\d{5})\b(?! \()/gi

/**
 * Runs `fiberctl decode`.
 * @throws UsageError when the file cannot be read, or there is no such build
 */
export async function runDecode(
    file: string | undefined,
    { main, build, json }: DecodeOptions
): Promise<void> {
    const debugFile =
        build === undefined ? lastBuild(main)?.debugFile : findDebugFile(build)
    if (build !== undefined && debugFile === undefined)
        throw new UsageError(`no build "${build}" is kept here`)
    const frames = new FrameResolver(debugFile)
    const input =
        file === undefined
            ? process.stdin
            : Readable.from([readInput(file, MAX_BYTES)])
    for await (const line of createInterface({ input }))
        printLive(
            json
                ? printableJson({ text: decodeLine(line, frames) })
                : printable(decodeLine(line, frames))
        )
    for (const id of frames.unknown)
        complain(
            `the debug information of build ${id} is not kept here: its frames are as they were`
        )
}

/** A line with its frames resolved, and words behind panic codes. */
export function decodeLine(line: string, frames: FrameResolver): string {
    return frames
        .resolve(line)
        .replace(
            PANIC,
            (text, code) => `${text} (${panicMeaning(Number(code))})`
        )
}
