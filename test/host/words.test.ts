// rows: A2
import assert from "node:assert/strict"
import test from "node:test"
import { aheadText } from "../../host/words.ts"

test("how far a clock is from this machine's is said in the units of people", () => {
    assert.equal(aheadText(-3_600_000), "1 h behind this machine")
    assert.equal(aheadText(90_000), "1 min 30 s ahead of this machine")
    assert.equal(aheadText(-12), "12 ms behind this machine")
})
