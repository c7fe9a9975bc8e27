// rows: C6
import assert from "node:assert/strict"
import { test } from "node:test"
import type { SimEvent } from "../../host/sim/index.ts"
import { startSimulator } from "./harness.ts"

const carries = (text: string) => (event: SimEvent<"syslog">) =>
    event.line.includes(text)

test("changed settings are in force at once: levels, identity, facility", async t => {
    const sim = await startSimulator(t, {
        main: "test/system/programs/hot-settings.ts",
        settings: { DEMO: "0", HOSTNAME: "nameless" },
    })
    const first = await sim.waitFor("syslog", carries("before: "))
    // local0.error, under the name that the program gives
    assert.match(first.line, /^<131>1 \S+ nameless hot /)
    await sim.waitFor("syslog", carries("the old collector stays"))
    const lines = sim.past("syslog").map(({ line }) => line)
    const after = lines.find(line => line.includes("after: "))!
    // daemon.error
    assert.match(after, /^<27>1 \S+ renamed hot /)
    for (const level of ["led=1", "buzzer=1", "file=2", "syslog=4"])
        assert.ok(after.includes(level), `${level} in ${after}`)
    assert.ok(lines.some(line => line.includes("is sent")))
    assert.ok(!lines.some(line => line.includes("is not logged")))
    const refused = await sim.waitFor("console", ({ text }) =>
        text.startsWith("SYSLOG_HOST: a listener failed")
    )
    assert.match(refused.text, /host: wanted .*collector\.\.lan/)
    assert.deepEqual(sim.past("panic"), [])
})
