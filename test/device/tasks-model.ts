// rows: T3
import { describe, test } from "@devicescript/test"
import { Model } from "./support/model"

/** Steps of the short campaign; `npm run test:model` takes 100,000. */
const STEPS = 3_000
const SEED = 20_260

describe("tasks: the registry against its model", () => {
    test("3,000 random steps", async () => {
        console.log(`    seed ${SEED}`)
        const model = new Model(SEED)
        await model.run(STEPS)
        for (const pair of Object.keys(model.seen))
            console.log(`    seen ${pair}`)
    })
})
