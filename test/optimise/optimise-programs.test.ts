import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { type Compiled, compile } from "./compiler.ts"
import { generate, render } from "./generator/index.ts"
import { Machine } from "./machine.ts"
import { mutants } from "./mutants.ts"
import { type Optimiser, runPair } from "./run-pair.ts"

const COUNT = 60
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
/** Mutants of which so many must be found. */
const FOUND = 0.9

const untouched: Optimiser = (image, debug) => ({
    image,
    debug,
    report: { before: 0, after: 0, passes: {} },
})

let machine: Machine
before(async () => (machine = await Machine.start()))

describe(`programs from seed ${seed} on`, () => {
    const compiled: Compiled[] = []

    test("compile and print the same each time", async () => {
        for (let i = 0; i < COUNT; i++) {
            const program = compile(render(generate(seed + i)))
            compiled.push(program)
            const { difference } = await runPair(machine, untouched, program)
            assert.equal(difference, undefined, `seed ${seed + i}`)
        }
    })

    test("find optimisers that are wrong", async () => {
        const all = mutants(seed)
        const missed: string[] = []
        for (const { name, optimiser } of all)
            if (!(await isFound(optimiser))) missed.push(name)
        assert.ok(
            missed.length <= all.length * (1 - FOUND),
            `not found: ${missed.join(", ")}`
        )
    })

    async function isFound(optimiser: Optimiser): Promise<boolean> {
        for (const program of compiled) {
            const pair = await runPair(machine, optimiser, program)
            if (pair.difference) return true
        }
        return false
    }
})
