// rows: B3c
import assert from "node:assert/strict"
import { test } from "node:test"
import { Ending } from "../../host/commands/sim-ending.ts"

const DAY_MS = 86_400_000
const LONGEST_TIMER_MS = 2 ** 31 - 1

test("a run may take longer than a timer does, which is 24.8 days", t => {
    t.mock.timers.enable({ apis: ["setTimeout"] })
    const ending = new Ending()
    let isOver = false
    ending.after(60 * DAY_MS, () => (isOver = true))
    const rest = 60 * DAY_MS - 2 * LONGEST_TIMER_MS
    for (const ms of [LONGEST_TIMER_MS, LONGEST_TIMER_MS, rest - 1]) {
        t.mock.timers.tick(ms)
        assert.equal(isOver, false)
    }
    t.mock.timers.tick(1)
    assert.equal(isOver, true)
})

test("the end that comes first counts", async () => {
    const ending = new Ending()
    ending.end("seen")
    ending.end("late", 1)
    assert.deepEqual(await ending.promise, { reason: "seen", exitCode: 0 })
})
