// rows: T17
import assert from "node:assert/strict"
import test from "node:test"
import { buildProgram } from "../../host/sim/index.ts"
import { runImage } from "./run-image.ts"

/** When the VM's timers begin again, in ms of uptime. */
const ROUND_MS = 2 ** 32
/** How long before that the tasks of the program are told to stop, in ms. */
const LEAD_MS = 15_000
/** A restart by the VM takes so long. */
const RESTART_MS = 1000
const PROGRAM = "test/system/programs/task-uptime.ts"

for (const rounds of [1, 2])
    test(`the program is restarted over the end of round ${rounds} of the VM's timers`, async () => {
        const { bytecode } = await buildProgram(PROGRAM)
        const end = rounds * ROUND_MS
        const started = end - 40_000
        const lines: string[] = []
        const codes: number[] = []
        await runImage(bytecode, {
            uptimeMs: started,
            limitMs: 70_000,
            line: line => void lines.push(line),
            ended: code => void codes.push(code),
        })
        assert.deepEqual(codes, [0], lines.join("\n"))
        const ends = lines.flatMap(
            line => /begins after: (.*)/.exec(line)?.[1] ?? []
        )
        assert.deepEqual(ends, ["first", "restart"])
        for (const name of ["loop", "planned"]) {
            const times = lines.flatMap(line => {
                const at = new RegExp(`${name} at (\\d+)`).exec(line)
                return at ? [Number(at[1]) - end] : []
            })
            const before = times.filter(at => at < 0)
            const after = times.filter(at => at > 0)
            assert.ok(before.length >= 20, times.join())
            assert.ok(before.at(-1)! < 10 - LEAD_MS)
            assert.ok(after[0]! < 2 * RESTART_MS + 1000, times.join())
            assert.ok(after.length >= 25, times.join())
        }
    })

test("half a round is nothing special", async () => {
    const { bytecode } = await buildProgram(PROGRAM)
    let count = 0
    const { panic } = await runImage(bytecode, {
        uptimeMs: ROUND_MS / 2 - 10_000,
        limitMs: 20_000,
        line: line => {
            if (line.includes("loop at")) count++
        },
    })
    assert.equal(panic, undefined)
    assert.ok(count >= 17, `${count} times`)
})
