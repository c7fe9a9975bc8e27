// rows: A5
import test from "node:test"
import { noBrowser } from "./browser.ts"
import { runLoad } from "./load.ts"

/** How long the load lasts, in s; `npm run test:web` has a minute. */
const LOAD_S = 6

test(
    "20 boards, and 1,000 lines a second without a stutter",
    { skip: noBrowser },
    async t => {
        await runLoad(t, LOAD_S)
    }
)
