/**
 * The DeviceScript compiler as a function, in this process: what `devs build` does with one
 * source, without its start of a second and its files. The tool exports neither its compiler
 * nor its VM, so its bundle is loaded with two exports more.
 */
import { readFileSync } from "node:fs"
import Module, { createRequire } from "node:module"
import { dirname, resolve } from "node:path"
import type { DebugInfo } from "../../host/optimise/index.ts"

/** What the compiler makes of a program. */
export interface Compiled {
    image: Uint8Array
    debug: DebugInfo
}

interface Diagnostic {
    formatted: string
}

/** The parts of the compiler's library that are used here. */
interface CompilerLibrary {
    resolveBuildConfig(local: object): object
    preludeFiles(config: object): Record<string, string>
    compileWithHost(
        main: string,
        host: object
    ): { success: boolean; binary: Uint8Array; dbg: DebugInfo }
}

/** What the tool's bundle keeps to itself. */
export interface Tool {
    compiler: CompilerLibrary
    /** Makes the emscripten module of the VM. */
    vm: (options: object) => Promise<unknown>
}

const require = createRequire(import.meta.url)
const BUNDLE = "@devicescript/cli/built/devicescript-cli.cjs"
const EXPORTS = `
module.exports.compiler = require_devicescript_compiler_node()
module.exports.vm = require_devicescript_vm()
`
/**
 * Half of the time of a compilation goes into the tool's own declarations, which are the same
 * each time: they are parsed once, and only the program is searched for errors of type.
 */
const FASTER: [RegExp, string][] = [
    [
        /return ts\.createSourceFile\(\s*fileName,\s*text,\s*languageVersion,\s*setParentNodes\s*\);/,
        `const parse = () =>
            ts.createSourceFile(fileName, text, languageVersion, setParentNodes);
        if (!fileName.endsWith(".d.ts")) return parse();
        const kept = (globalThis.keptDeclarations ??= new Map());
        if (!kept.has(fileName)) kept.set(fileName, parse());
        return kept.get(fileName);`,
    ],
    [
        /program2\.getSemanticDiagnostics\(\)/,
        `program2
            .getSourceFiles()
            .filter(file => !file.fileName.includes("@devicescript/"))
            .flatMap(file => program2.getSemanticDiagnostics(file))`,
    ],
]

let loaded: Tool | undefined

/** The tool's compiler and VM; takes a second the first time. */
export function loadTool(): Tool {
    if (loaded) return loaded
    const file = require.resolve(BUNDLE)
    let text = readFileSync(file, "utf8")
    for (const [slow, fast] of FASTER) {
        if (!slow.test(text)) throw new Error(`no ${slow} in ${file}`)
        text = text.replace(slow, () => fast)
    }
    const bundle = new Module(file) as Module & {
        _compile(text: string, file: string): void
        exports: Tool
    }
    bundle.filename = file
    bundle.paths = require.resolve.paths(dirname(file)) ?? []
    bundle._compile(text + EXPORTS, file)
    return (loaded = bundle.exports)
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
    const { compiler } = loadTool()
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

function prepareLibrary(compiler: CompilerLibrary) {
    const config = compiler.resolveBuildConfig({ hwInfo: {} })
    return { config, prelude: compiler.preludeFiles(config) }
}
