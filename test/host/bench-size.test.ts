import assert from "node:assert/strict"
import { test } from "node:test"
import {
    applicationRoom,
    codeBudget,
    measureSize,
} from "../../bench/parts/size.ts"

// rows: B3a
test("the reference firmware keeps to its budget", async () => {
    const budget = codeBudget()
    const { codeEnd, modules } = await measureSize("src/main.ts")
    const shown = Object.entries(modules)
        .map(([name, bytes]) => `${String(bytes).padStart(7)} ${name}`)
        .join("\n")
    assert.ok(
        codeEnd <= budget,
        `src/main.ts needs ${codeEnd} bytes of code, bench/budget.json grants ${budget}:\n${shown}`
    )
})

for (const [program, bytes] of Object.entries(applicationRoom()))
    test(`${program} leaves room for an application`, async () => {
        const { room } = await measureSize(program)
        assert.ok(room >= bytes, `${room} bytes of code, ${bytes} are wanted`)
    })

// they are run by hand, and would be found too large only then
for (const name of ["soak", "heap-firmware"])
    test(`the ${name} of the benchmarks fits beside the firmware`, async () => {
        const { room } = await measureSize(`bench/programs/${name}.ts`)
        assert.ok(room > 0, `${-room} bytes of code too many`)
    })
