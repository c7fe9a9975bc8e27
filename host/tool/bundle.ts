/**
 * Loads the DeviceScript tool with some of its internal parts. The tool exports no more than its
 * command line, so its bundle is read as text and patched: it gets a few exports, and its compiler
 * asks `compiler-hooks.ts` in a few places and takes more of the language (patches.ts).
 *
 * The bundle has 28 MB: V8's code cache of it is kept beside it, or in the build folder when that
 * is read-only, which halves the time that it takes to load. A code cache that is damaged, or of
 * another Node or tool, is ignored.
 */
import { createHash } from "node:crypto"
import {
    readdirSync,
    readFileSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs"
import Module, { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { constants, Script } from "node:vm"
import { inBuildDir } from "../build-dir.ts"
import { makeFolder } from "../files.ts"
import type { DebugInfo } from "../optimise/index.ts"
import { installHooks } from "./compiler-hooks.ts"
import { PATCHES } from "./patches.ts"

/** What the compiler says of an error. */
export interface Diagnostic {
    formatted: string
}

/** The parts of the compiler's library that are used. */
interface CompilerLibrary {
    resolveBuildConfig(local: object): object
    preludeFiles(config: object): Record<string, string>
    compileWithHost(main: string, host: object): Compilation
}

/** What the compiler makes of a program. */
export interface Compilation {
    success: boolean
    binary: Uint8Array
    dbg: DebugInfo
}

/** The tool's bundle, with the internal parts of it that are used. */
export interface Tool {
    /** `devs` with the arguments of this process. */
    mainCli(): Promise<void>
    /** `devs build`, without an end of the process when it fails. */
    compileFile(
        main: string,
        options: { verify: boolean; outDir: string }
    ): Promise<Compilation>
    setConsoleColors(colors: boolean): void
    compiler: () => CompilerLibrary
}

const require = createRequire(import.meta.url)
/** The file of the tool. */
export const BUNDLE = "@devicescript/cli/built/devicescript-cli.cjs"
const EXPORTS = `
module.exports.compileFile = compileFile
module.exports.setConsoleColors = setConsoleColors
module.exports.compiler = () => require_devicescript_compiler_node()
`
/** Names of the files with a code cache of the bundle. */
const CODE_FILE = /^tool-code-\w+\.bin$/
const HASH_BYTES = 32
/** Bytes of UTF-8 that are no ASCII, as characters. */
const NOT_ASCII = /[\x80-\xff]+/g
/** Stands for the bundle in what Node puts around a module. */
const BODY = "/**/"

/** A place of the bundle, and what comes there. */
interface Change {
    at: number
    length: number
    replacement: string
}

let loaded: Tool | undefined
/** Writes the code cache of the bundle; does nothing when there is a sound one. */
let keepCode = () => {}

/** The tool's bundle; takes most of a second the first time. */
export function loadTool(): Tool {
    if (loaded) return loaded
    installHooks()
    const filename = require.resolve(BUNDLE)
    const code = patched(readFileSync(filename, "latin1"), filename)
    const name = `tool-code-${codeKey(code)}.bin`
    const codeFiles = [join(dirname(filename), name), inBuildDir(name)]
    const script = new Script(code, {
        filename,
        cachedData: readCode(codeFiles),
        importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })
    if (script.cachedDataRejected !== false)
        keepCode = () => writeCode(codeFiles, script.createCachedData())
    const bundle = new Module(filename) as Module & { exports: Tool }
    bundle.filename = filename
    const run = script.runInThisContext() as (...args: unknown[]) => void
    run.call(
        bundle.exports,
        bundle.exports,
        createRequire(filename),
        bundle,
        filename,
        dirname(filename)
    )
    return (loaded = bundle.exports)
}

/** Writes the code cache for the next process, unless there is one; later calls do nothing. */
export function keepToolCode(): void {
    keepCode()
    keepCode = () => {}
}

/**
 * The bundle as a function, with the patches: made in one piece and of one byte a character, as each
 * copy and each second byte take 28 MB of every process of the tool.
 * @param text one character for each byte of UTF-8
 */
function patched(text: string, file: string): string {
    const changes = PATCHES.map(([place, replacement]): Change => {
        const found = place.exec(text)
        if (!found) throw new Error(`no ${place} in ${file}`)
        return { at: found.index, length: found[0].length, replacement }
    })
    for (const { 0: bytes, index } of text.matchAll(NOT_ASCII))
        changes.push({
            at: index,
            length: bytes.length,
            replacement: escaped(Buffer.from(bytes, "latin1").toString()),
        })
    changes.sort((a, b) => a.at - b.at)
    const [begin, end] = Module.wrap(BODY).split(BODY)
    const parts = [begin]
    let from = 0
    for (const { at, length, replacement } of changes) {
        parts.push(text.slice(from, at), replacement)
        from = at + length
    }
    return [...parts, text.slice(from), EXPORTS, end].join("")
}

/** A text of the bundle in characters of one byte; what has two stands in strings and comments. */
function escaped(text: string): string {
    return text.replace(
        /[^\0-\xff]/g,
        unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
    )
}

/** Identifies bundle and V8: a code cache of another one cannot be used. */
function codeKey(code: string): string {
    const { v8 } = process.versions
    return createHash("sha256")
        .update(`${v8} ${process.arch} ${code.length} ${EXPORTS} ${PATCHES}`)
        .digest("hex")
        .slice(0, 16)
}

/** The code cache in the first of the files that is whole. */
function readCode(files: string[]): Buffer | undefined {
    for (const file of files) {
        const data = readIfThere(file)
        const code = data?.subarray(HASH_BYTES)
        if (code && sha256(code).equals(data!.subarray(0, HASH_BYTES)))
            return code
    }
    return undefined
}

function readIfThere(file: string): Buffer | undefined {
    try {
        return readFileSync(file)
    } catch {
        return undefined
    }
}

/** Writes the code cache to the first of the files that can be written; nothing depends on it. */
function writeCode(files: string[], code: Buffer): void {
    for (const file of files) if (writeCodeFile(file, code)) return
}

/** Writes a code cache in place of those of other versions. @returns whether that was possible */
function writeCodeFile(file: string, code: Buffer): boolean {
    const folder = dirname(file)
    const fresh = `${file}.${process.pid}`
    try {
        makeFolder(folder)
        for (const name of readdirSync(folder))
            if (CODE_FILE.test(name)) rmSync(join(folder, name))
        writeFileSync(fresh, Buffer.concat([sha256(code), code]))
        renameSync(fresh, file)
        return true
    } catch {
        rmSync(fresh, { force: true })
        return false
    }
}

function sha256(data: Buffer): Buffer {
    return createHash("sha256").update(data).digest()
}
