/**
 * What `npm test` runs: it checks the sources while it builds the programs of the tests, and then
 * has all test files run, each in a process of its own.
 */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync } from "node:fs"
import { run } from "node:test"
import { spec, tap } from "node:test/reporters"
import { buildPrograms } from "./build-programs.ts"

/** Test files side by side on two cores: many wait for a board or a peer most of the time. */
const SIDE_BY_SIDE = 4
/** Longest run of one file, in ms. */
const TIMEOUT_MS = 1_500_000

/** The files that take longest: they begin first, so that none is left alone at the end. */
const LONGEST = [
    "system/ota",
    "system/configure",
    "web/board",
    "device/tasks",
    "system/syslog-faults",
    "system/chaos",
    "host/files",
    "system/package",
    "optimise/optimise-programs",
    "system/fiberctl-board",
    "host/compiler",
    "system/boards",
    "host/ota-cli",
    "system/syslog-wire",
    "system/sim-watch",
    "system/readme-update",
    "device/syslog",
    "docs/commands",
    "system/examples",
    "host/commands",
].map(name => `test/${name}.test.ts`)

/** All test files, in the order in which they begin. */
function testFiles(): string[] {
    const files = readdirSync("test", { withFileTypes: true })
        .filter(entry => entry.isDirectory())
        .flatMap(({ name }) =>
            readdirSync(`test/${name}`).map(file => `test/${name}/${file}`)
        )
        .filter(path => path.endsWith(".test.ts"))
    for (const path of LONGEST) assert.ok(files.includes(path), path)
    return [...new Set([...LONGEST, ...files.sort()])]
}

/** Runs a script of package.json. @returns whether it succeeded */
async function succeeds(script: string): Promise<boolean> {
    const child = spawn("npm", ["run", "--silent", script], {
        stdio: "inherit",
    })
    const [code] = await once(child, "exit")
    return code === 0
}

const files = testFiles()
const from = performance.now()
const [isRight, built] = await Promise.all([succeeds("check"), buildPrograms()])
if (!isRight) process.exit(1)
const seconds = (performance.now() - from) / 1000
console.log(`checked, and ${built} programs built, in ${seconds.toFixed(0)} s`)

run({ files, concurrency: SIDE_BY_SIDE, timeout: TIMEOUT_MS })
    .on("test:fail", () => (process.exitCode = 1))
    .compose(process.stdout.isTTY ? new spec() : tap)
    .pipe(process.stdout)
