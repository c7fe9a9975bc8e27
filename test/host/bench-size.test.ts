import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { budget } from "../../bench/parts/budget.ts"
import { measureSize } from "../../bench/parts/size.ts"
import { buildFolder, measureBuild } from "../../host/sim/index.ts"

/** Bytes of an image before its functions. */
const IMAGE_HEADER_BYTES = 112
/** Code of a program's own part: two settings, a task, and the calls that choose the parts. */
const OWN_BYTES = 300

// rows: B3a
test("the reference firmware keeps to its budget", async () => {
    const { code } = budget()
    const { codeEnd, modules } = await measureSize("src/main.ts")
    const shown = Object.entries(modules)
        .map(([name, bytes]) => `${String(bytes).padStart(7)} ${name}`)
        .join("\n")
    assert.ok(
        codeEnd <= code,
        `src/main.ts needs ${codeEnd} bytes of code, bench/budget.json grants ${code}:\n${shown}`
    )
})

// rows: B3a
test("the folders of the size table add up to the whole code", async () => {
    const { codeEnd, modules } = await measureSize("src/main.ts")
    const sum = Object.values(modules).reduce((all, bytes) => all + bytes, 0)
    assert.equal(sum, codeEnd - IMAGE_HEADER_BYTES)
})

for (const [program, bytes] of Object.entries(budget().room))
    test(`${program} leaves room for an application`, async () => {
        const { room } = await measureSize(program)
        assert.ok(room >= bytes, `${room} bytes of code, ${bytes} are wanted`)
    })

// rows: B3a D4
test("a program's own part is small", async () => {
    const main = "examples/over-the-air.ts"
    await measureSize(main)
    const { after } = measureBuild(buildFolder(main, true, undefined))!
    const { code } = after.parts[main]!
    assert.ok(code < OWN_BYTES, `${code} bytes of code`)
})

// rows: D4
test("the optimiser takes off the firmware what the docs say", async () => {
    await measureSize("src/main.ts")
    const { report } = measureBuild(
        buildFolder("src/main.ts", true, undefined)
    )!
    const left = Math.round((10 * report.after) / report.before) * 10
    const said = (page: string) => readFileSync(page, "utf8")
    assert.match(
        said("docs/optimiser.md"),
        new RegExp(`in some ${left}% of\\s+the code`)
    )
    assert.match(
        said("docs/vm.md"),
        new RegExp(`some ${100 - left}% off the code`)
    )
})

// they are run by hand, and would be found too large only then
for (const name of ["soak", "heap-firmware"])
    test(`the ${name} of the benchmarks fits beside the firmware`, async () => {
        const { room } = await measureSize(`bench/programs/${name}.ts`)
        assert.ok(room > 0, `${-room} bytes of code too many`)
    })
