import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import test from "node:test"
import { runOnce, SMALL_HEAP } from "../../bench/parts/heap.ts"

test("tasks, syslog, settings and log files fit the 40 KB of an ESP32-S2", async t => {
    const said = /no remote control \| ([\d,]+) B/.exec(
        readFileSync("docs/board.md", "utf8")
    )
    const promised = Number(said?.[1].replace(",", ""))
    const { left } = await runOnce(SMALL_HEAP)
    t.diagnostic(`${left} bytes left, docs/board.md says ${promised}`)
    // which pieces of it are free is chance
    assert.ok(left >= promised * 0.95, `${left} bytes left`)
})
