import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { after, describe, test } from "node:test"
import { stripVTControlCharacters } from "node:util"
import { buildProgram, keepCompilers } from "../../host/sim/index.ts"

/** Where the programs are. */
export const DEVICE_PROGRAMS = "test/device"
const TOOL = "node_modules/@devicescript/cli/devicescript"
const CLOCK = `./${DEVICE_PROGRAMS}/clock.js`
/** With `RACES=1,2,3` all programs run once for each seed, with the order of fibers shuffled. */
const seeds = process.env.RACES?.split(",") ?? [undefined]
/**
 * Longest run of one program, in ms of the VM's time: on a busy machine that goes slower than the
 * clock on the wall, so that load is no failure.
 */
const LIMIT_MS = 120_000
/** Time after which a process that does not count its own time is ended, in ms. */
const HUNG_MS = 1_200_000
/** The tool's own limit is of real time, so it is set too high to matter, in ms. */
const TOOL_LIMIT_MS = 2 * HUNG_MS

/** Programs that also run as the compiler leaves them, one for each part. */
export const ALSO_PLAIN = [
    "file-rotation.ts",
    "log-overload.ts",
    "settings-dotenv.ts",
    "syslog-delivery.ts",
    "tasks-stop.ts",
]

/** What runs in one process of the test runner, about as long as the others: parts by group. */
const GROUPS = {
    flashlog: ["file"],
    log: ["heartbeat", "log", "options", "text"],
    net: ["net", "settings"],
    ota: ["ota"],
    syslog: ["syslog"],
    tasks: ["tasks"],
} as const

/** How a run of a test program ended. */
interface Run {
    code: number
    output: string
}

const programs = readdirSync(DEVICE_PROGRAMS)
    .filter(name => /^[\w-]+\.ts$/.test(name))
    .sort()

/** The part that a program tests: what its name begins with, before the first dash. */
const partOf = (name: string) => /^\w+/.exec(name)![0]

/** Has each program of a group run its tests in the VM. */
export function testPrograms(group: keyof typeof GROUPS): void {
    const parts: readonly string[] = GROUPS[group]
    const chosen = programs.filter(name => parts.includes(partOf(name)))
    const runs = seeds.flatMap(seed => [
        ...chosen.map(name => ({ name, seed, optimise: true })),
        ...chosen
            .filter(name => ALSO_PLAIN.includes(name))
            .map(name => ({ name, seed, optimise: false })),
    ])
    after(keepCompilers())
    describe(`programs in the VM: ${group}`, { concurrency: 2 }, () => {
        for (const { name, seed, optimise } of runs)
            test(titleOf(name, seed, optimise), async () => {
                const { debugFile } = await buildProgram(
                    `${DEVICE_PROGRAMS}/${name}`,
                    {
                        optimise,
                    }
                )
                checkRun(await runProgram(debugFile, seed))
            })
    })
    test("each program belongs to a group, each part has one", () => {
        const found = new Set(programs.map(partOf))
        assert.deepEqual([...found], Object.values(GROUPS).flat().sort())
        for (const name of ALSO_PLAIN) assert.ok(programs.includes(name), name)
    })
}

/** Where programs are made that run single cases. */
const CASES = ".devicescript/cases"

/**
 * Runs the cases of all programs whose names contain a text, and no others.
 * @returns how many ran
 * @throws AssertionError with the output when one fails
 */
export async function runCases(text: string): Promise<number> {
    let ran = 0
    for (const name of programs) {
        const source = readFileSync(`${DEVICE_PROGRAMS}/${name}`, "utf8")
        if (!source.includes(text)) continue
        mkdirSync(CASES, { recursive: true })
        const main = `${CASES}/${name}`
        writeFileSync(main, caseProgram(name, text))
        const { debugFile } = await buildProgram(main)
        const run = await runProgram(debugFile, undefined)
        // the text may stand elsewhere in the program
        if (/^tests: 0,/m.test(run.output.replaceAll(/^WASM> /gm, ""))) continue
        ran += checkRun(run)
    }
    return ran
}

/** A program that takes all other cases out of another one, before its tests begin. */
function caseProgram(name: string, text: string): string {
    const program = `../../${DEVICE_PROGRAMS}/${name.replace(/\.ts$/, "")}`
    return `import { root, SuiteNode } from "@devicescript/test/src/core"
import "${program}"

function prune(suite: SuiteNode): void {
    const { tests, children } = suite
    for (let i = tests.length - 1; i >= 0; --i)
        if (!tests[i].name.includes(${JSON.stringify(text)})) tests.insert(i, -1)
    for (const child of children) prune(child)
}
prune(root)
`
}

/** @returns how many tests passed @throws AssertionError unless all did */
function checkRun({ code, output }: Run): number {
    const sums = /^tests: (\d+), pass: (\d+), error: (\d+)$/m.exec(
        output.replaceAll(/^WASM> /gm, "")
    )
    const shown = `\n${output}`
    assert.ok(sums, `no test summary${shown}`)
    const [, total, passed, errors] = sums.map(Number)
    assert.ok(total > 0, `no tests ran${shown}`)
    assert.equal(errors, 0, `${errors} of ${total} tests failed${shown}`)
    assert.equal(passed, total, `not every test passed${shown}`)
    assert.equal(code, 0, `exit code ${code}${shown}`)
    return passed!
}

function titleOf(name: string, seed: string | undefined, optimise: boolean) {
    const image = optimise ? "" : ", not optimised"
    return name + image + (seed ? `, race ${seed}` : "")
}

/** Runs the image that a build's debug file holds. */
function runProgram(file: string, race: string | undefined): Promise<Run> {
    const args = ["--import", CLOCK, TOOL, "run", file]
    args.push("--test", "--test-self-exit")
    args.push("--test-timeout", String(TOOL_LIMIT_MS))
    const env = {
        ...process.env,
        LIMIT_MS: String(LIMIT_MS),
        ...(race ? { RACE: race } : {}),
    }
    return new Promise(resolve => {
        execFile(
            process.execPath,
            args,
            { env, timeout: HUNG_MS, maxBuffer: 16 << 20 },
            (error, stdout, stderr) =>
                resolve({
                    code: error ? Number(error.code ?? -1) : 0,
                    output: stripVTControlCharacters(stdout + stderr),
                })
        )
    })
}
