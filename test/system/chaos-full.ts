// The full campaign: `npm run test:chaos`, some 25 minutes.
import { test } from "node:test"
import { assertUnharmed, runChaos } from "./chaos.ts"

const seed = Number(process.env.SEED ?? 1 + (Date.now() % 1_000_000))

for (let run = 0; run < 5; run++)
    test(`1,000 random actions, run ${run + 1}`, async t => {
        assertUnharmed(await runChaos(t, seed + run, 1000))
    })
