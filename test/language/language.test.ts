// rows: B2
import assert from "node:assert/strict"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { after, test } from "node:test"
import { transformSync } from "esbuild"
import { buildProgram, keepCompilers } from "../../host/sim/index.ts"
import { runImage } from "../system/run-image.ts"
import { Random } from "../vectors/random.ts"
import { type Program, writeProgram } from "./generator.ts"

/** Programs; `npm run test:language` runs more of them. */
const PROGRAMS = Number(process.env.PROGRAMS ?? 4)
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
/** Where the programs are written, one after the other; one that fails stays. */
const MAIN = ".devicescript/language/main.ts"
/** Longest run of one program, in ms of the VM's time. */
const LIMIT_MS = 20_000
const LAST = "that was all"

after(keepCompilers())

test(`${PROGRAMS} programs from seed ${SEED} print on the VM what they print in Node`, async () => {
    mkdirSync(dirname(MAIN), { recursive: true })
    for (let seed = SEED; seed < SEED + PROGRAMS; ++seed) {
        const program = writeProgram(new Random(seed))
        const wanted = runInNode(program)
        writeFileSync(MAIN, boardProgram(program))
        for (const optimise of [false, true]) {
            const { bytecode } = await buildProgram(MAIN, { optimise })
            assert.deepEqual(
                await runOnVm(bytecode),
                wanted,
                `seed ${seed}, ${optimise ? "" : "not "}optimised: ${MAIN}`
            )
        }
    }
})

/** @returns the lines that it shows */
function runInNode({ declarations, runs }: Program): string[] {
    const { code } = transformSync(declarations + runs.join("\n"), {
        loader: "ts",
    })
    const lines: string[] = []
    // what the seed wrote, and nothing from outside
    const run = new Function("show", code) as (
        show: (line: string) => void
    ) => void
    run(line => lines.push(line))
    return lines
}

/** The program for the board; each run of a function has a slice of steps of its own. */
function boardProgram({ declarations, runs }: Program): string {
    return `import * as ds from "@devicescript/core"
function show(line: string): void { console.log("| " + line) }
${declarations}
async function main(): Promise<void> {
${runs.map(run => `${run}\nawait ds.sleep(1)\n`).join("")}console.log("${LAST}")
}
main.start()
`
}

async function runOnVm(bytecode: Uint8Array): Promise<string[]> {
    const lines: string[] = []
    const { panic } = await runImage(bytecode, {
        limitMs: LIMIT_MS,
        line: text => {
            const at = text.indexOf("| ")
            if (at >= 0) lines.push(text.slice(at + 2))
            return text.includes(LAST)
        },
    })
    if (panic) lines.push(`panic ${panic}`)
    return lines
}
