import assert from "node:assert/strict"
import { test } from "node:test"
import { codeBudget, measureSize } from "../../bench/parts/size.ts"
import { CODE_LIMIT } from "../../bench/lib/image.ts"

/** What the firmware leaves to a user's program at least, in bytes of code. */
const APPLICATION_BYTES = 840

// rows: B3a
test("the reference firmware keeps to its budget, which leaves room for an application", async () => {
    const budget = codeBudget()
    assert.ok(
        CODE_LIMIT - budget >= APPLICATION_BYTES,
        `a budget of ${budget} leaves ${CODE_LIMIT - budget} bytes to the application`
    )
    const { codeEnd, modules } = await measureSize("src/main.ts")
    const shown = Object.entries(modules)
        .map(([name, bytes]) => `${String(bytes).padStart(7)} ${name}`)
        .join("\n")
    assert.ok(
        codeEnd <= budget,
        `src/main.ts needs ${codeEnd} bytes of code, bench/budget.json grants ${budget}:\n${shown}`
    )
})

// they are run by hand, and would be found too large only then
for (const name of ["soak", "heap-firmware"])
    test(`the ${name} of the benchmarks fits beside the firmware`, async () => {
        const { room } = await measureSize(`bench/programs/${name}.ts`)
        assert.ok(room > 0, `${-room} bytes of code too many`)
    })
