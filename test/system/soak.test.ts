// rows: S6 T5
import assert from "node:assert/strict"
import { test } from "node:test"
import { deliveryFaults } from "../../bench/lib/delivery-faults.ts"
import { LARGEST_SYSLOG, runLoad } from "../../bench/lib/load-run.ts"

// the full form is `npm run soak`
test("the firmware bears a load, failing tasks and a failing collector, and explains each line", async () => {
    const result = await runLoad({
        program: "bench/programs/soak.ts",
        seconds: 20,
        rate: 80,
        seed: 41,
        settings: LARGEST_SYSLOG,
        withFaults: true,
    })
    const { produced, faults } = result
    assert.deepEqual(deliveryFaults(result), [])
    assert.ok(produced > 1000, `${produced} lines produced`)
    assert.ok(faults.away! + faults.cut! + faults.deaf! > 0)
})
