import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { readdirSync } from "node:fs"
import { describe, test } from "node:test"
import { stripVTControlCharacters } from "node:util"
import { buildProgram } from "../../host/sim/index.ts"

const FOLDER = "test/device"
const TOOL = "node_modules/@devicescript/cli/devicescript"
const CLOCK = `./${FOLDER}/clock.js`
/** With `RACES=1,2,3` all programs run once for each seed, with the order of fibers shuffled. */
const seeds = process.env.RACES?.split(",") ?? [undefined]
/** Longest run of one program, in ms: the tool's own limit, then ours. */
const TEST_TIMEOUT_MS = 120_000
const RUN_TIMEOUT_MS = TEST_TIMEOUT_MS + 30_000

/** Programs that also run as the compiler leaves them, one for each part. */
const ALSO_PLAIN = [
    "file-rotation.ts",
    "log-handlers.ts",
    "settings-dotenv.ts",
    "syslog-delivery.ts",
    "tasks-stop.ts",
]

/** How a run of a test program ended. */
interface Run {
    code: number
    output: string
}

const programs = readdirSync(FOLDER)
    .filter(name => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .sort()

describe("programs in the VM", { concurrency: 2 }, () => {
    const runs = seeds.flatMap(seed => [
        ...programs.map(name => ({ name, seed, optimise: true })),
        ...ALSO_PLAIN.map(name => ({ name, seed, optimise: false })),
    ])
    for (const { name, seed, optimise } of runs)
        test(titleOf(name, seed, optimise), async () => {
            const { debugFile } = await buildProgram(`${FOLDER}/${name}`, {
                optimise,
            })
            const { code, output } = await runProgram(debugFile, seed)
            const sums = /^tests: (\d+), pass: (\d+), error: (\d+)$/m.exec(
                output.replaceAll(/^WASM> /gm, "")
            )
            const shown = `\n${output}`
            assert.ok(sums, `no test summary${shown}`)
            const [, total, passed, errors] = sums.map(Number)
            assert.ok(total > 0, `no tests ran${shown}`)
            assert.equal(
                errors,
                0,
                `${errors} of ${total} tests failed${shown}`
            )
            assert.equal(passed, total, `not every test passed${shown}`)
            assert.equal(code, 0, `exit code ${code}${shown}`)
        })
})

test("the folder holds programs", () => {
    for (const name of ALSO_PLAIN) assert.ok(programs.includes(name), name)
})

function titleOf(name: string, seed: string | undefined, optimise: boolean) {
    const image = optimise ? "" : ", not optimised"
    return name + image + (seed ? `, race ${seed}` : "")
}

/** Runs the image that a build's debug file holds. */
function runProgram(file: string, race: string | undefined): Promise<Run> {
    const args = ["--import", CLOCK, TOOL, "run", file]
    args.push("--test", "--test-self-exit")
    args.push("--test-timeout", String(TEST_TIMEOUT_MS))
    const env = race ? { ...process.env, RACE: race } : process.env
    return new Promise(resolve => {
        execFile(
            process.execPath,
            args,
            { env, timeout: RUN_TIMEOUT_MS, maxBuffer: 16 << 20 },
            (error, stdout, stderr) =>
                resolve({
                    code: error ? Number(error.code ?? -1) : 0,
                    output: stripVTControlCharacters(stdout + stderr),
                })
        )
    })
}
