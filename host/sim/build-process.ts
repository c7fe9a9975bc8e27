/**
 * The child process of a build: `devs build --no-verify FILE`, with two hooks on `fs`. What the tool writes
 * to `.devicescript/bin` goes to a folder of this build's own (the tool's `-o` does not work, and
 * builds side by side would overwrite each other), and of each file it looks at the hash of the
 * bytes that it was given is noted, or that there is none, so that the cache knows what the result
 * depends on.
 *
 * With a board, its file replaces the one that chooses a board.
 *
 * It loads the tool at once and compiles when it is told what. The working directory, libraries and
 * sources are those of then.
 */
import { lstatSync } from "node:fs"
import { createRequire } from "node:module"
import { unregister } from "../register.js"
import { basename, join, relative, resolve, sep } from "node:path"
import {
    ABSENT,
    CHANGED,
    configFiles,
    fileHash,
    type Hashes,
} from "./build-cache.ts"
import { hashOf } from "../hash.ts"
import { TOOL_FOLDER } from "../build-dir.ts"
import type { BuildJob } from "./protocol.ts"
import { moveToolFolder, movedPath } from "./tool-folder.ts"

const require = createRequire(import.meta.url)
const fs = require("node:fs") as {
    readFileSync: (file: unknown, ...rest: unknown[]) => unknown
    writeFileSync: (file: unknown, ...rest: unknown[]) => void
}
const promises = require("node:fs/promises") as {
    writeFile: (file: unknown, ...rest: unknown[]) => Promise<void>
}
moveToolFolder()
const { readFileSync, writeFileSync } = fs
const { writeFile: writeLater } = promises
const LIBRARY = /^node_modules.@devicescript\b/
const toolOutput = resolve(TOOL_FOLDER, "bin") + sep
const SOURCE = /(\.tsx?|\b(package|devsconfig)\.json|^services.[^/\\]+\.md)$/
const inputs: Hashes = {}
const job: BuildJob = { main: "", output: "" }

/** The file to read for `path`. */
function pathOf(path: string): string {
    return job.board && path === join("boards", "index.ts")
        ? join("boards", `${job.board}.ts`)
        : path
}

/** Whether the libraries belong to another project. */
const isBorrowed = lstatSync("node_modules", {
    throwIfNoEntry: false,
})?.isSymbolicLink()

fs.readFileSync = (file, ...rest) => {
    const path = typeof file === "string" ? relative(".", resolve(file)) : ""
    if (!isInput(path)) return readFileSync(file, ...rest)
    let data: Buffer
    try {
        data = readFileSync(pathOf(path)) as Buffer
    } catch (error) {
        note(path, ABSENT)
        throw error
    }
    note(pathOf(path), hashOf(data))
    const [options] = rest as [BufferEncoding | { encoding?: BufferEncoding }]
    const encoding = typeof options === "string" ? options : options?.encoding
    return encoding ? data.toString(encoding) : data
}
fs.writeFileSync = (file, ...rest) => {
    const own = typeof file === "string" && resolve(file).startsWith(toolOutput)
    writeFileSync(
        own ? join(job.output, basename(file)) : movedPath(file),
        ...rest
    )
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

process.on("exit", () => {
    if (job.output)
        writeFileSync(join(job.output, "inputs.json"), JSON.stringify(inputs))
})
process.on("disconnect", () => process.exit(1))
process.env.NO_UPDATE_NOTIFIER = "1"
// what the tool itself imports needs no TypeScript, and loads faster without
await unregister()
const tool = require("@devicescript/cli/built/devicescript-cli.cjs") as {
    mainCli: () => Promise<void>
}
process.once("message", (told: BuildJob) => {
    Object.assign(job, told)
    for (const path of configFiles()) inputs[path] = fileHash(path)
    // to listen to the parent must not keep a build alive that is done
    process.channel?.unref()
    // what is too large for the VM here may fit once it is optimised
    process.argv = [process.execPath, "devs", "--no-colors", "build"]
    process.argv.push("--no-verify", job.main)
    void tool.mainCli()
})
