// The full form of the fuzz of log calls; `seed` differs from that of the short one.
import { describe, test } from "@devicescript/test"
import { fuzzLog } from "../../device/support/fuzz"

const CALLS = 50_000
const SEED = 13

describe("whatever a program passes (L14a, L14b), in full", () => {
    test(`${CALLS} calls`, async () => {
        await fuzzLog(CALLS, SEED)
    })
})
