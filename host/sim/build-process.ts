/**
 * The child process that builds: what `devs build --no-verify FILE` does, and the optimiser after
 * it, for one program after the other. It lives on between builds, which makes them faster: see
 * host/tool/compiler-hooks.ts.
 *
 * It records the hash of each file that the tool reads, of the bytes that the tool was given, or
 * that the file does not exist, so that the cache knows what the result depends on. With a board,
 * its file replaces the one that chooses a board.
 */
import { lstatSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { unregister } from "../register.js"
import { dirname, join, relative, resolve } from "node:path"
import { format } from "node:util"
import {
    ABSENT,
    CHANGED,
    configFiles,
    fileHash,
    type Hashes,
    INPUTS,
} from "./build-cache.ts"
import { isRegular, systemFailure } from "../files.ts"
import { hashOf } from "../hash.ts"
import {
    keepToolCode,
    loadTool,
    movedPath,
    moveToolFolder,
} from "../tool/index.ts"
import { optimiseBuild } from "./build-sizes.ts"
import type { BuildAnswer, BuildJob } from "./protocol.ts"

const require = createRequire(import.meta.url)
const fs = require("node:fs") as {
    readFileSync: (file: unknown, ...rest: unknown[]) => unknown
    statSync: (file: unknown, ...rest: unknown[]) => unknown
}
const promises = require("node:fs/promises") as {
    writeFile: (file: unknown, ...rest: unknown[]) => Promise<void>
}
moveToolFolder()
const { readFileSync, statSync } = fs
const { writeFile: writeLater } = promises
const LIBRARY = /^node_modules.@devicescript\b/
const SOURCE = /(\.tsx?|\b(package|devsconfig)\.json|^services.[^/\\]+\.md)$/
const job: BuildJob = { main: "", output: "", optimise: false }
let inputs: Hashes = {}
/** The first refusal of the system to read what is there, which the tool takes for absent. */
let unread: NodeJS.ErrnoException | undefined
/** Whether the libraries belong to another project. */
let isBorrowed = false

/** The file to read for `path`. */
function pathOf(path: string): string {
    return job.board && path === join("boards", "index.ts")
        ? join("boards", `${job.board}.ts`)
        : path
}

fs.readFileSync = (file, ...rest) => {
    const path = typeof file === "string" ? relative(".", resolve(file)) : ""
    if (!isInput(path)) return readFileSync(file, ...rest)
    let data: Buffer
    try {
        if (!isRegular(pathOf(path))) throw new Error(`no file "${path}"`)
        data = readFileSync(pathOf(path)) as Buffer
    } catch (error) {
        note(path, ABSENT)
        noteRefusal(pathOf(path), error as Error)
        throw error
    }
    note(pathOf(path), hashOf(data))
    const [options] = rest as [BufferEncoding | { encoding?: BufferEncoding }]
    const encoding = typeof options === "string" ? options : options?.encoding
    return encoding ? data.toString(encoding) : data
}
fs.statSync = (file, ...rest) => {
    try {
        return statSync(file, ...rest)
    } catch (error) {
        if (typeof file === "string")
            noteRefusal(relative(".", file), error as Error)
        throw error
    }
}
// The tool writes the types of this project's services into the libraries, for editors; those of
// another project must keep their own.
promises.writeFile = async (file, ...rest) => {
    const path = typeof file === "string" ? relative(".", resolve(file)) : ""
    if (!isBorrowed || !LIBRARY.test(path))
        await writeLater(movedPath(file), ...rest)
}

/**
 * Whether a file goes into the program. The tool's own libraries are known by its version;
 * settings files are written to the board beside the program.
 */
function isInput(path: string): boolean {
    if (Object.hasOwn(inputs, path)) return true
    return SOURCE.test(path) && !LIBRARY.test(path)
}

function note(path: string, hash: string): void {
    inputs[path] = (inputs[path] ?? hash) === hash ? hash : CHANGED
}

function noteRefusal(path: string, error: NodeJS.ErrnoException): void {
    const { code } = error
    if (code === undefined || code === "ENOENT" || code === "ENOTDIR") return
    unread ??= Object.assign(error, { path })
}

/** Does one build. @throws Error with what is wrong, for whoever asked for it */
async function build(): Promise<void> {
    inputs = {}
    unread = undefined
    for (const path of configFiles()) inputs[path] = fileHash(path)
    isBorrowed =
        lstatSync("node_modules", {
            throwIfNoEntry: false,
        })?.isSymbolicLink() ?? false
    const said: string[] = []
    const { log, error } = console
    console.log = console.error = (...args) => said.push(format(...args))
    try {
        // what is too large for the VM here may fit once it is optimised
        const { success } = await tool.compileFile(job.main, {
            verify: false,
            outDir: relative(".", job.output),
        })
        if (!success) throw unread ?? new Error(said.join("\n"))
    } finally {
        Object.assign(console, { log, error })
    }
    writeFileSync(join(job.output, INPUTS), JSON.stringify(inputs))
    if (job.optimise) await optimiseBuild(job.output)
}

/** What the system refused to do with a file of the build; undefined for another error. */
function refusal(error: NodeJS.ErrnoException): string | undefined {
    const words = systemFailure(error)
    return words && `"${error.path ?? dirname(job.output)}" ${words}`
}

process.on("disconnect", () => process.exit(1))
process.env.NO_UPDATE_NOTIFIER = "1"
// what the tool itself imports needs no TypeScript, and loads faster without
await unregister()
const tool = loadTool()
tool.setConsoleColors(false)
process.on("message", (told: BuildJob) => {
    Object.assign(job, { board: undefined }, told)
    void build()
        .then(
            (): BuildAnswer => ({ isBuilt: true }),
            (error: Error): BuildAnswer => ({
                isBuilt: false,
                problem: error.message,
                refused: refusal(error),
                inputs,
            })
        )
        .then(answer => {
            keepToolCode()
            process.send!(answer, () => {})
        })
})
