import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { readConsoleLine } from "../../host/sim/console.ts"
import { startSimulator } from "./harness.ts"

const MAIN = "test/system/programs/console.ts"

/** `[LEVEL] [topic] text` without the time before it. */
const LINE = /\[([A-Z]+)\] \[test\] (.*)$/

describe("console handler (L6)", () => {
    test("marks lines by severity, and can be switched off", async t => {
        const shown: string[] = []
        const onVmLine = (vmLine: string): void => {
            const said = readConsoleLine(vmLine)
            const line = said && LINE.exec(said.text)
            if (line) shown.push(`${said.marker} ${line[1]} ${line[2]}`)
        }
        const sim = await startSimulator(t, { main: MAIN, onVmLine })
        await sim.waitFor("console", event => event.text === "ready")
        assert.deepEqual(shown, [
            "! EMERGENCY emergency",
            "! ALERT alert",
            "! CRITICAL critical",
            "! ERROR error",
            "* WARNING warning",
            "> NOTICE notice",
            "> INFO info",
            "? DEBUG debug",
            "? TRACE trace",
        ])
    })
})
