// rows: A1 C6 O3
import { test } from "node:test"
import { assertUnharmed, runChaos } from "./chaos.ts"

// the full form, `npm run test:chaos`, takes another seed each time
test("random commands, outages and power cuts leave the board whole", async t => {
    assertUnharmed(await runChaos(t, 7, 40))
})
