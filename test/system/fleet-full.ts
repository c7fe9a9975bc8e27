// The full fleet: `npm run test:fleet`.
import test from "node:test"
import { runFleetFor } from "./fleet-run.ts"

test("20 boards run for 60 s, and no line is lost", async t => {
    await runFleetFor(t, 20, 60)
})
