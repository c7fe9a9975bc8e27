import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { budget } from "../../bench/parts/budget.ts"
import {
    grown,
    measureSteps,
    overBudget,
    recordedSteps,
} from "../../bench/parts/steps.ts"

describe("VM steps per call", () => {
    // rows: L4
    test("nothing takes 10% more steps than recorded, or more than granted", async () => {
        const recorded = recordedSteps()
        const measured = await measureSteps()
        assert.deepEqual(
            Object.keys(measured).sort(),
            Object.keys(recorded).sort(),
            "bench/steps.json does not record what is measured"
        )
        assert.deepEqual(
            grown(measured, recorded),
            [],
            "mend the code, or record the new figures: npm run bench -- --only steps --update"
        )
        assert.deepEqual(overBudget(measured, budget().steps), [])
    })

    test("growth is found, shrinking and little growth are not", () => {
        const recorded = { a: 100, b: 100, c: 100 }
        assert.deepEqual(grown({ a: 110, b: 50, c: 111 }, recorded), [
            "c: 111 steps, 100 are recorded",
        ])
        assert.deepEqual(grown({ d: 1 }, recorded), ["d: 1, not recorded"])
        assert.deepEqual(overBudget({ a: 100, b: 101 }, recorded), [
            "b: 101 steps, 100 are granted",
            "c: not measured",
        ])
    })
})
