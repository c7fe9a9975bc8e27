// rows: B3a
import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { after, describe, test } from "node:test"
import { optimise } from "../../host/optimise/index.ts"
import { type Compiled, compile } from "./compiler.ts"
import { generate, render } from "./generator/index.ts"
import { Machine } from "./machine.ts"
import { mutants } from "./mutants.ts"
import { Project } from "./project.ts"
import { type Optimiser, runPair } from "./run-pair.ts"

const COUNT = 30
/** Printed with each failure; `npm run test:optimise` runs more of them. */
const seed = Number(process.env.SEED ?? 1)
const REGRESSIONS = "test/optimise/regressions"
/** Seeds of programs that call a method on what is undefined, also with calls in its arguments. */
const MISSING_OBJECTS = [128, 130, 5034]
/** Share of the mutants that these programs must find. */
const FOUND = 0.9

const untouched: Optimiser = (image, debug) => ({
    image,
    debug,
    report: { before: 0, after: 0, passes: {} },
})

const machine = new Machine()

describe(`programs from seed ${seed} on behave the same optimised`, () => {
    const compiled: Compiled[] = []
    for (let i = 0; i < COUNT; i++)
        test(`seed ${seed + i}`, async () => {
            const program = compile(render(generate(seed + i)))
            compiled.push(program)
            const { before, after, difference } = await runPair(
                machine,
                optimise,
                program
            )
            assert.equal(
                difference,
                undefined,
                `seed ${seed + i}: npm run test:optimise -- --seed ${seed + i} --count 1`
            )
            if (after)
                assert.ok(
                    after.steps <= before.steps,
                    `${after.steps} steps, ${before.steps} before`
                )
        })

    test("a program prints the same each time", async () => {
        for (const program of compiled)
            assert.equal(
                (await runPair(machine, untouched, program)).difference,
                undefined
            )
    })

    test("optimisers that are wrong are found", async () => {
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

describe("programs whose types are known behave the same", () => {
    const project = new Project()
    after(() => project.remove())
    for (const one of [...MISSING_OBJECTS, seed, seed + 1, seed + 2])
        test(`seed ${one}`, async () => {
            const source = render(generate(one))
            const types = await project.typesOf(source)
            const { difference } = await runPair(
                machine,
                (image, debug) => optimise(image, debug, { types }),
                compile(source),
                true
            )
            assert.equal(difference, undefined)
        })
})

describe("programs that failed once", () => {
    const project = new Project()
    after(() => project.remove())
    const names = existsSync(REGRESSIONS)
        ? readdirSync(REGRESSIONS).filter(name => name.endsWith(".ts"))
        : []
    for (const name of names)
        test(name, async () => {
            const source = readFileSync(`${REGRESSIONS}/${name}`, "utf8")
            const compiled = compile(source)
            const types = await project.typesOf(source)
            for (const known of [undefined, types]) {
                const { difference } = await runPair(
                    machine,
                    (image, debug) => optimise(image, debug, { types: known }),
                    compiled,
                    known !== undefined
                )
                assert.equal(difference, undefined)
            }
        })
})
