import assert from "node:assert/strict"
import { test } from "node:test"
import { runLoad } from "../../bench/lib/load-run.ts"

/** What takes the most heap while the collector is away. */
const LARGEST = { SYSLOG_QUEUE: "12KB", SYSLOG_WINDOW: "8KB" }

// the full form is `npm run soak`
test("the firmware stands a load, failing tasks and a failing collector, and explains each line", async () => {
    const result = await runLoad({
        program: "bench/programs/soak.ts",
        seconds: 20,
        rate: 80,
        seed: 41,
        settings: LARGEST,
        withFaults: true,
    })
    const { panics, error, produced, balance, faults } = result
    assert.deepEqual(panics, [], error)
    assert.equal(error, undefined)
    assert.ok(produced > 1000, `${produced} lines produced`)
    assert.ok(faults.away! + faults.cut! + faults.deaf! > 0)
    assert.equal(balance.unexplained, 0)
    const { delivered, declared, refused } = balance
    assert.ok(delivered + declared + refused >= produced)
})
