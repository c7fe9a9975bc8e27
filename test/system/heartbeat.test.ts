import assert from "node:assert/strict"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, test } from "node:test"
import { startSimulator } from "./harness.ts"

/** Longest wait for a beat on a loaded machine, in ms. */
const TIMEOUT_MS = 30_000
/** Time in which a board would blink if it did at all, in ms. */
const LISTEN_MS = 3000

// rows: H3 H4
describe("the heart of the reference firmware", { concurrency: 2 }, () => {
    test("beats when nothing is logged, on the light alone", async t => {
        const sim = await startSimulator(t, {
            settings: { DEMO: "0", HB_PERIOD: "500ms", LOG_LEVEL: "none" },
        })
        let last = (await sim.waitFor("led", e => e.brightness === 1)).at
        for (let beat = 0; beat < 4; ++beat) {
            const dark = await sim.waitFor(
                "led",
                e => e.brightness === 0,
                TIMEOUT_MS,
                last
            )
            const next = await sim.waitFor(
                "led",
                e => e.brightness === 1,
                TIMEOUT_MS,
                dark.at
            )
            assert.ok(next.at > last)
            last = next.at
        }
        assert.deepEqual(sim.consoleLines, [])
        assert.deepEqual(sim.past("tone"), [])
    })

    test("shows nothing with HB_PERIOD 0 and HB_LEVEL none", async t => {
        const sim = await startSimulator(t, {
            settings: { DEMO: "1", HB_PERIOD: "0", HB_LEVEL: "none" },
        })
        await sim.waitFor("console", e => e.text.includes("[ERROR]"))
        await sleep(LISTEN_MS)
        assert.deepEqual(
            sim.past("led").filter(e => e.brightness > 0),
            []
        )
        assert.deepEqual(sim.past("tone"), [])
    })
})
