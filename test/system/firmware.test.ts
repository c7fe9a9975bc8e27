import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { readLogFiles } from "../../host/flash/index.ts"
import {
    buildProgram,
    type SimEvent,
    type Simulator,
} from "../../host/sim/index.ts"
import { startSimulator } from "./harness.ts"

const FIRMWARE = "src/main.ts"
const TWO_TASKS = "examples/two-tasks.ts"
const FLUSH_POLICY = "test/system/programs/flush-policy.ts"

const says = (text: string) => (event: SimEvent<"console">) =>
    event.text.includes(text)
const carries = (text: string) => (event: SimEvent<"syslog">) =>
    event.line.includes(text)

/** The log files in the board's flash, by name. */
function logFiles(sim: Simulator): Map<string, string[]> {
    const store = sim.readFlash()
    const slots = new Map(store.keys().map(key => [key, store.get(key)!]))
    const files = readLogFiles(slots)
    return new Map(files.map(({ name, lines }) => [name, lines]))
}

// one build each, not one for every test that comes first
before(async () => {
    for (const main of [FIRMWARE, TWO_TASKS, FLUSH_POLICY])
        await buildProgram(main)
})

// rows: B4
describe("the reference firmware", { concurrency: 2 }, () => {
    test("takes the demo's lines to console, collector, light and sound", async t => {
        const sim = await startSimulator(t, {
            settings: { DEMO: "1", HOSTNAME: "kitchen" },
        })
        const line = await sim.waitFor("syslog", carries("sensor does not"))
        // local0.error, RFC 5424, boot 1
        assert.match(line.line, /^<131>1 \S+ kitchen demo 1 demo\.service \[/)
        assert.equal(line.framing, "octet")
        await sim.waitFor("console", says("the sensor does not answer"))
        await sim.waitFor("led", event => event.brightness === 1)
        await sim.waitFor("tone", event => event.hz === 880)
        await sim.waitFor("flash", event => event.writes > 0)
        assert.deepEqual(sim.past("panic"), [])
    })

    test("goes on with its healthy tasks when one throws", async t => {
        const sim = await startSimulator(t, { settings: { DEMO: "1" } })
        const thrown = await sim.waitFor(
            "console",
            says("[demo.service] failed")
        )
        assert.match(thrown.text, /the demo throws once in a while/)
        const beats = sim.past("led").length
        await sim.waitFor("console", says("measured"), 20_000, thrown.at)
        await sim.waitFor("led", undefined, 20_000, thrown.at)
        assert.ok(sim.past("led").length > beats)
        assert.deepEqual(sim.past("panic"), [])
    })

    test("takes another flush policy while it runs", async t => {
        const sim = await startSimulator(t, {
            main: FLUSH_POLICY,
            settings: { FLUSH_LEVEL: "none", SYSLOG_HOST: "", DEMO: "0" },
        })
        const errors = () => logFiles(sim).get("error.log")?.length ?? 0
        const { at } = await sim.waitFor("console", says("so far"))
        assert.equal(errors(), 0)
        await sim.waitFor("flash", () => errors() === 2, 20_000, at)
    })

    // rows: R2
    test("keeps error lines in its files over a restart, and adds to them", async t => {
        const sim = await startSimulator(t, { settings: { DEMO: "1" } })
        await sim.waitFor("flash", event => event.writes >= 4)
        await sim.kill()
        const first = logFiles(sim).get("error.log")!
        assert.ok(
            first.some(line => line.includes("[demo.service]")),
            "" + first
        )
        await sim.restart()
        await sim.waitFor("flash", event => event.writes >= 8)
        await sim.kill()
        const files = logFiles(sim)
        const all = [
            ...(files.get("error.log.1") ?? []),
            ...files.get("error.log")!,
        ]
        assert.deepEqual(all.slice(0, first.length), first)
        assert.ok(all.length > first.length)
    })

    test("writes what waited for FLUSH_TIME, without an error", async t => {
        const sim = await startSimulator(t, {
            settings: { DEMO: "1", FILE_LEVEL: "info", FLUSH_TIME: "100ms" },
            collector: false,
        })
        const logged = await sim.waitFor("console", says("measured"))
        await sim.waitFor("flash", undefined, 20_000, logged.at)
        await sim.kill()
        const lines = "" + logFiles(sim).get("error.log")
        assert.match(lines, /measured/)
        // the first error, which is written at once, comes 3 s later
        assert.doesNotMatch(lines, /sensor does not answer/)
    })

    // rows: L13
    test("drops what is over LOG_BURST, and says how much", async t => {
        const sim = await startSimulator(t, {
            settings: { DEMO: "1", LOG_BURST: "1", HB_PERIOD: "often" },
        })
        const told = says('handler "console"')
        const { text } = await sim.waitFor("console", told)
        assert.match(text, /[1-9]\d* records dropped, burst limit/)
        // at the collector as well, where numbers alone would not show it
        const declared = carries('handler "syslog"')
        const { line } = await sim.waitFor("syslog", declared)
        assert.match(line, /[1-9]\d* records dropped, burst limit/)
    })

    // rows: S6
    test("sends what it logged while the collector was away", async t => {
        const sim = await startSimulator(t, { settings: { DEMO: "1" } })
        await sim.waitFor("syslog", carries("measured"))
        await sim.collector!.stop()
        const alert = await sim.waitFor("console", says("the tank is empty"))
        await sim.collector!.start()
        await sim.waitFor("syslog", carries("the tank is empty"), 60_000)
        assert.ok(sim.past("console", alert.at).length > 0)
        const numbers = sim.syslogLines.map(line =>
            Number(/sequenceId="(\d+)"/.exec(line)![1])
        )
        const missing = []
        for (let n = 1; n <= Math.max(...numbers); n++)
            if (!numbers.includes(n)) missing.push(n)
        assert.deepEqual(missing, [])
    })

    test("says which setting is wrong, and runs with its default", async t => {
        const sim = await startSimulator(t, {
            settings: {
                HB_PERIOD: "often",
                LOG_LEVEL: "info loud@net",
                BACKOFF_MIN: "20s",
            },
            collector: false,
        })
        const period = await sim.waitFor("console", says("HB_PERIOD"))
        assert.match(period.text, /: wanted a time/)
        assert.doesNotMatch(period.text, /often/)
        const level = await sim.waitFor("console", says("LOG_LEVEL"))
        assert.match(level.text, /: wanted levels by topic/)
        const delay = await sim.waitFor("console", says("BACKOFF_MIN"))
        assert.match(delay.text, /: wanted a time .*: 10ms to 1s$/)
        await sim.waitFor("led")
    })
})

// rows: B4
describe("a program of one's own", () => {
    test("runs two tasks, of which one throws", async t => {
        const sim = await startSimulator(t, { main: TWO_TASKS })
        await sim.waitFor("console", says("[flaky.service] failed"))
        await sim.waitFor("console", says("[sensor.service] measured"))
        const thrown = sim.past("console").filter(says("the cable is loose"))
        assert.ok(thrown.length > 0)
        assert.deepEqual(sim.past("panic"), [])
    })
})
