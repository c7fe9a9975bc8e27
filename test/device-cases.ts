/**
 * Runs single cases of the programs in test/device, by a text that their names contain:
 *
 *     npm run test:device -- -t "keeps a schedule"
 *
 * Without `-t` all programs run, as with `npm test`.
 */
import { AssertionError } from "node:assert"
import { parseArgs } from "node:util"
import { runCases } from "./system/device-programs.ts"

const { values } = parseArgs({
    options: { name: { type: "string", short: "t", default: "" } },
})
try {
    const ran = await runCases(values.name)
    console.log(`${ran} passed`)
    if (ran === 0) {
        console.error(`no case has "${values.name}" in its name`)
        process.exitCode = 1
    }
} catch (error) {
    if (!(error instanceof AssertionError)) throw error
    console.error(error.message)
    process.exitCode = 1
}
