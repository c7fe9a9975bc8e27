// The console under full load: `npm run test:web`.
import test from "node:test"
import { runFleet } from "./fleet.ts"
import { runLoad } from "./load.ts"

test("1,000 lines a second for a minute", async t => {
    await runLoad(t, 60)
})

test("20 simulated boards at once", async t => {
    await runFleet(t, 20)
})
