/**
 * The child process of a build that is not verified, so that a program that is too large can
 * still be looked at: `devs build --no-verify MAIN`, its output led to a folder of its own (the
 * tool's `-o` does not work, and builds side by side would overwrite each other).
 *
 *     node build-process.ts MAIN OUTPUT_FOLDER
 */
import { createRequire } from "node:module"
import { basename, join, resolve, sep } from "node:path"

const require = createRequire(import.meta.url)
const fs = require("node:fs") as {
    writeFileSync: (file: unknown, ...rest: unknown[]) => void
}
const { writeFileSync } = fs
const [main, output] = process.argv.slice(2)
const toolOutput = resolve(".devicescript/bin") + sep

fs.writeFileSync = (file, ...rest) => {
    const own = typeof file === "string" && resolve(file).startsWith(toolOutput)
    writeFileSync(own ? join(output, basename(file)) : file, ...rest)
}
process.env.NO_UPDATE_NOTIFIER = "1"
process.argv = [process.execPath, "devs", "--no-colors", "build"]
process.argv.push("--no-verify", main)
const tool = require("@devicescript/cli/built/devicescript-cli.cjs") as {
    mainCli: () => Promise<void>
}
await tool.mainCli()
