// 100,000 random steps of the registry against its model, a registry for each 5,000.
import { Model } from "../../device/support/model"

const STEPS = 5_000
const MODELS = 20
const FIRST_SEED = 1

for (let i = 0; i < MODELS; ++i) {
    const seed = FIRST_SEED + i
    console.log(`seed ${seed}`)
    await new Model(seed).run(STEPS)
}
console.log(`survived ${MODELS * STEPS} steps`)
