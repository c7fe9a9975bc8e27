// rows: N3
import assert from "node:assert/strict"
import { test } from "node:test"
import { startSimulator } from "./harness.ts"

const HOUR_MS = 3_600_000
/** The board sets the bus's clock at its next reading, one of a second. */
const READ_MS = 3000
const MOST_TRIES = 20

test("a time from elsewhere sets the clock of the bus too", async t => {
    const sim = await startSimulator(t, {
        main: "test/system/programs/bus-clock.ts",
    })
    const seen = (pattern: RegExp, timeoutMs?: number) =>
        sim.waitFor("console", e => pattern.test(e.text), timeoutMs)
    await seen(/^rtc 20[23]\d-/)
    await sim.setButton(true)
    await seen(/^host 2040-02-29T23:59:50/)
    // moved on by an hour, it shows which time it had; what comes before the board's time is lost
    for (let tries = 1; ; ++tries) {
        sim.setClock(HOUR_MS)
        try {
            await seen(/^rtc 2040-03-01T0\d:[05]\d/, READ_MS)
            break
        } catch (error) {
            if (tries === MOST_TRIES) throw error
        }
    }
    // its seconds may begin a little later than the board's
    const said = sim.past("console").map(({ text }) => text.slice(0, 8))
    assert.deepEqual(
        said.filter((text, i) => text !== said[i - 1]),
        [`rtc ${new Date().getUTCFullYear()}`, "host 204", "rtc 2040"]
    )
})
