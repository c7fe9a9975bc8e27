// The full form of the power cuts in test/device/ota-updater.ts: `npm run test:ota`.
import { describe, test } from "@devicescript/test"
import { cutAtRandom } from "../../device/support/ota-cuts"

describe("1,000 power cuts", () => {
    test("leave one version, whole, each time", async () => {
        await cutAtRandom(1000)
    })
})
