/**
 * The child process of a build: `devs build --no-verify FILE`, with two hooks on `fs`. What the tool writes
 * to `.devicescript/bin` goes to a folder of this build's own (the tool's `-o` does not work, and
 * builds side by side would overwrite each other), and each file it looks at is noted, found or
 * not, so that the cache knows what the result depends on.
 *
 *     node build-process.ts MAIN OUTPUT_FOLDER
 */
import { createRequire } from "node:module"
import { unregister } from "../register.js"
import { basename, join, relative, resolve, sep } from "node:path"

const require = createRequire(import.meta.url)
const fs = require("node:fs") as {
    readFileSync: (file: unknown, ...rest: unknown[]) => unknown
    writeFileSync: (file: unknown, ...rest: unknown[]) => void
}
const { readFileSync, writeFileSync } = fs
const [main, output] = process.argv.slice(2)
const toolOutput = resolve(".devicescript/bin") + sep
const SOURCE = /(\.tsx?|\b(package|devsconfig)\.json|^services.[^/\\]+\.md)$/
const inputs = new Set<string>()

fs.readFileSync = (file, ...rest) => {
    if (typeof file === "string") note(resolve(file))
    return readFileSync(file, ...rest)
}
fs.writeFileSync = (file, ...rest) => {
    const own = typeof file === "string" && resolve(file).startsWith(toolOutput)
    writeFileSync(own ? join(output, basename(file)) : file, ...rest)
}

/**
 * Notes a source, or a place where one was looked for. The tool's own libraries are known by its
 * version; settings files do not go into the program.
 */
function note(file: string): void {
    const path = relative(".", file)
    const known = /^node_modules.@devicescript\b/.test(path)
    if (!known && SOURCE.test(path)) inputs.add(path)
}

process.on("exit", () =>
    writeFileSync(join(output, "inputs.json"), JSON.stringify([...inputs]))
)
process.on("disconnect", () => process.exit(1))
// to listen to the parent must not keep a build alive that is done
process.channel?.unref()
process.env.NO_UPDATE_NOTIFIER = "1"
// what the tool itself imports needs no TypeScript, and loads faster without
await unregister()
// what is too large for the VM here may fit once it is optimised
process.argv = [process.execPath, "devs", "--no-colors", "build"]
process.argv.push("--no-verify", main)
const tool = require("@devicescript/cli/built/devicescript-cli.cjs") as {
    mainCli: () => Promise<void>
}
await tool.mainCli()
