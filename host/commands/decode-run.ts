import { UsageError } from "../errors.ts"
import { readInput } from "../files.ts"
import { complain, printAll } from "../output.ts"
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
/** Longest line that is decoded in one piece, in characters. */
const MAX_LINE = 65_536
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
    const frames = new FrameResolver(main, debugFile, complain)
    const input: AsyncIterable<string> | string[] =
        file === undefined
            ? process.stdin.setEncoding("utf8")
            : [readInput(file, MAX_BYTES).toString()]
    for await (const line of linesOf(input)) {
        const text = decodeLine(line, frames)
        const shown = json ? printableJson({ text }) : printable(text)
        if (!(await printAll(shown))) break
    }
}

/** The lines of a text; of one that is longer than MAX_LINE, its pieces. */
async function* linesOf(
    input: AsyncIterable<string> | string[]
): AsyncGenerator<string> {
    let rest = ""
    for await (const piece of input) {
        const lines = (rest + piece).split("\n")
        rest = lines.pop()!
        for (const line of lines) yield line.replace(/\r$/, "")
        for (; rest.length > MAX_LINE; rest = rest.slice(MAX_LINE))
            yield rest.slice(0, MAX_LINE)
    }
    if (rest) yield rest
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
