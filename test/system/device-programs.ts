import assert from "node:assert/strict"
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { after, describe, test } from "node:test"
import { stripVTControlCharacters } from "node:util"
import {
    type BuiltProgram,
    buildProgram,
    keepCompilers,
} from "../../host/sim/index.ts"
import { SourceMap } from "../../host/sim/source-map.ts"
import { type Conditions, type End, runImage } from "./run-image.ts"

/** Where the programs are. */
export const DEVICE_PROGRAMS = "test/device"
/** With `RACES=1,2,3` all programs run once for each seed, with the order of fibers shuffled. */
const races = process.env.RACES?.split(",").map(Number)
/** Longest run of one program, in ms of the VM's time. */
const LIMIT_MS = 120_000

/**
 * Programs whose tests together leave no room between what is in use on the heap: garbage is
 * collected at each allocation, which takes ten times as long.
 */
const CROWDED = [
    "log-overload.ts",
    "syslog-delivery.ts",
    "tasks-faults.ts",
    "tasks-many.ts",
]

/** Programs that also run as the compiler leaves them, one for each part. */
export const ALSO_PLAIN = [
    "file-rotation.ts",
    "language.ts",
    "log-records.ts",
    "settings-dotenv.ts",
    "syslog-outbox.ts",
    "tasks-stop.ts",
]

/** What runs in one process of the test runner, about as long as the others: parts by group. */
const GROUPS = {
    flashlog: ["file"],
    log: ["heartbeat", "language", "log", "options", "text"],
    net: ["net", "settings"],
    ota: ["ota"],
    syslog: ["syslog"],
    tasks: ["tasks"],
} as const

/** How a run of a test program ended, and what it printed. */
interface Run extends End {
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
    const runs = (races ?? [undefined]).flatMap(race => [
        ...chosen.map(name => ({ name, race, isOptimised: true })),
        ...chosen
            .filter(name => ALSO_PLAIN.includes(name))
            .map(name => ({ name, race, isOptimised: false })),
    ])
    after(keepCompilers())
    describe(`programs in the VM: ${group}`, { concurrency: 2 }, () => {
        for (const { name, race, isOptimised } of runs)
            test(titleOf(name, race, isOptimised), async () => {
                const program = await buildProgram(
                    `${DEVICE_PROGRAMS}/${name}`,
                    {
                        optimise: isOptimised,
                    }
                )
                const collects = CROWDED.includes(name)
                checkRun(await runProgram(program, { race, collects }))
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
        const run = await runProgram(await buildProgram(main), {
            collects: CROWDED.includes(name),
        })
        // the text may stand elsewhere in the program
        if (/^> tests: 0,/m.test(run.output)) continue
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
function checkRun({ panic, isLate, output }: Run): number {
    const sums = /^> tests: (\d+), pass: (\d+), error: (\d+)$/m.exec(output)
    const shown = `\n${output}`
    assert.ok(!isLate, `no end after ${LIMIT_MS} ms of the VM's time${shown}`)
    assert.ok(sums, `no test summary${shown}`)
    const [, total, passed, errors] = sums.map(Number)
    assert.ok(total > 0, `no tests ran${shown}`)
    assert.equal(errors, 0, `${errors} of ${total} tests failed${shown}`)
    assert.equal(passed, total, `not every test passed${shown}`)
    assert.equal(panic, 0, `panic ${panic}${shown}`)
    return passed!
}

function titleOf(name: string, race: number | undefined, isOptimised: boolean) {
    const image = isOptimised ? "" : ", not optimised"
    return name + image + (race === undefined ? "" : `, race ${race}`)
}

async function runProgram(
    { bytecode, debugFile }: BuiltProgram,
    conditions: Pick<Conditions, "race" | "collects">
): Promise<Run> {
    const lines: string[] = []
    const end = await runImage(bytecode, {
        ...conditions,
        limitMs: LIMIT_MS,
        line: text => void lines.push(stripVTControlCharacters(text)),
    })
    const output = new SourceMap(debugFile).resolve(lines.join("\n"))
    return { ...end, output }
}
