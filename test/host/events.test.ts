import assert from "node:assert/strict"
import test from "node:test"
import { EventLog, EventTimeout } from "../../host/sim/events.ts"

test("a wait for an event goes by the board's own time", async () => {
    const log = new EventLog(10)
    const patient = log.waitFor("panic", undefined, 1000)
    log.countTime(999)
    log.emit("panic", { code: 60005, meaning: "uncaught exception" })
    assert.equal((await patient).code, 60005)

    const late = log.waitFor("boot", undefined, 1000)
    log.countTime(500)
    log.countTime(500)
    await assert.rejects(late, EventTimeout)
})

test("a board that does not run is waited for on the host's clock", async () => {
    const log = new EventLog(10)
    await assert.rejects(log.waitFor("boot", undefined, 1), /within 1 ms/)
})
