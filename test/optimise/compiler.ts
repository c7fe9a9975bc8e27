/**
 * The DeviceScript compiler as a function, in this process: what `devs build` does with one
 * source, without the second that it takes to start and without its files.
 */
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import type { DebugInfo } from "../../host/optimise/index.ts"
import { type Diagnostic, loadTool, type Tool } from "../../host/tool/index.ts"

/** What the compiler makes of a program. */
export interface Compiled {
    image: Uint8Array
    debug: DebugInfo
}

/** A program does not compile. */
export class CompileError extends Error {
    constructor(messages: string[]) {
        super(messages.join("\n"))
        this.name = "CompileError"
    }
}

let library: { config: object; prelude: Record<string, string> } | undefined

/** The file that a compiled text is taken for. */
export const PROGRAM = "src/program.ts"

/**
 * Compiles `source` as if it were the file `main` of this project.
 * @throws CompileError with the compiler's messages
 */
export function compile(source: string, main = PROGRAM): Compiled {
    const compiler = loadTool().compiler()
    library ??= prepareLibrary(compiler)
    const { config, prelude } = library
    const messages: string[] = []
    const { log, error } = console
    // an internal error of the compiler comes with the whole code
    console.log = console.error = (...args) => messages.push(args.join(" "))
    const { success, binary, dbg } = compiler.compileWithHost(main, {
        write() {},
        read: (file: string) =>
            resolve(file) === resolve(main)
                ? source
                : (prelude[file] ?? readFileSync(file, "utf8")),
        resolvePath: (path: string) => resolve(path),
        relativePath: (path: string) => path.replace(`${process.cwd()}/`, ""),
        log() {},
        isBasicOutput: () => true,
        error: ({ formatted }: Diagnostic) => messages.push(formatted),
        getFlags: () => ({}),
        getConfig: () => config,
        verifyBytecode() {},
    })
    Object.assign(console, { log, error })
    if (!success) throw new CompileError(messages)
    return { image: binary, debug: dbg }
}

function prepareLibrary(compiler: ReturnType<Tool["compiler"]>) {
    const config = compiler.resolveBuildConfig({ hwInfo: {} })
    return { config, prelude: compiler.preludeFiles(config) }
}
