// rows: D1 B4
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { describe, test } from "node:test"
import { measureSize } from "../../bench/parts/size.ts"
import { startSimulator } from "./harness.ts"

const SOME_PARTS = "test/system/programs/some-parts.ts"

/** The calls of parts in a source, in their order. */
function partsIn(path: string): string[] {
    const text = readFileSync(path, "utf8")
    const calls = text.matchAll(/^ *(\w+)\((?:settings\b.*)?\)$/gm)
    return [...calls].map(([, name]) => name!)
}

describe("a firmware of parts", () => {
    test("is the reference firmware, and `firmware` has the same ones", () => {
        const whole = partsIn("src/firmware/firmware.ts")
        assert.ok(whole.length > 8, whole.join())
        assert.deepEqual(partsIn("src/main.ts"), [...whole, "demo"])
    })

    test("runs those that it was given, and follows its own setting", async t => {
        const sim = await startSimulator(t, { main: SOME_PARTS })
        await sim.waitFor("console", ({ text }) =>
            text.includes("[sensor.service] the sensor is broken")
        )
        const lines = sim.past("console").map(({ text }) => text)
        assert.ok(lines.some(text => text.includes("measured 21 degrees")))
        assert.ok(!lines.some(text => text.includes("not for the console")))
        assert.deepEqual(sim.past("syslog"), [])
    })

    test("holds nothing of the parts that it leaves out", async () => {
        const parts = Object.keys((await measureSize(SOME_PARTS)).modules)
        for (const part of ["src/flashlog", "src/log", "src/tasks"])
            assert.ok(parts.includes(part), part)
        const left = ["heartbeat", "net", "ota", "remote", "syslog"]
        for (const part of left.map(name => `src/${name}`))
            assert.ok(!parts.includes(part), part)
    })

    test("takes as many tasks as a board may have, at once", async t => {
        const sim = await startSimulator(t, {
            main: "test/system/programs/full-registry.ts",
            settings: { SYSLOG_HOST: "collector..lan" },
        })
        await sim.waitFor("console", ({ text }) =>
            text.includes("[worker23.service] works")
        )
        assert.ok(sim.consoleLines.includes("all added"))
        // problems of the start reach a handler that the program adds after the parts
        const own = sim.consoleLines.filter(line =>
            line.includes("own handler")
        )
        assert.match(own.join("\n"), /setting SYSLOG_HOST: .*collector\.\.lan/)
        assert.deepEqual(sim.past("panic"), [])
    })

    test("starts with a setting that its part refuses, and reports it", async t => {
        const sim = await startSimulator(t, {
            settings: { SYSLOG_HOST: "collector..lan", DEMO: "0" },
        })
        const { text } = await sim.waitFor("console", ({ text }) =>
            text.includes("setting SYSLOG_HOST: ")
        )
        assert.match(text, /host: wanted .*collector\.\.lan/)
        await sim.waitFor("console", ({ text }) =>
            text.includes("[network.service] up")
        )
        assert.deepEqual(sim.past("panic"), [])
    })
})
