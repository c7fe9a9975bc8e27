// The campaigns of test/device/ota-updater.ts and ota-verify.ts in full: `npm run test:ota`.
import { describe, test } from "@devicescript/test"
import {
    cutAtRandom,
    damageFile,
    deliverAgain,
    updateFleet,
} from "../../device/support/ota-campaigns"
import { OTA_KEY, OTA_VECTORS } from "../../vectors/ota"

describe("updates over the air, in full", () => {
    test("1,000 power cuts leave one version, whole, each time", async () => {
        await cutAtRandom(1000)
    })
    test("20 boards get their versions, with 30% of the messages lost", async () => {
        await updateFleet(20)
    })
    test("1,000 times the same writes nothing", async () => {
        await deliverAgain(1000)
    })
    test("every flipped bit and every truncation of one with an HMAC is refused", async () => {
        const keys = { OTA_KEY: OTA_KEY }
        await damageFile(OTA_VECTORS[0].text, keys, 1, 1)
    })
})
