// rows: D2
import assert from "node:assert/strict"
import { describe, test, type TestContext } from "node:test"
import { readImage } from "../../bench/lib/image.ts"
import {
    buildProgram,
    type Simulator,
    type SimulatorOptions,
} from "../../host/sim/index.ts"
import { Mosquitto, noMosquitto } from "../peers/mosquitto.ts"
import { until } from "../peers/ports.ts"
import { runCli, startSimulator } from "./harness.ts"

/** Runs an example. */
function run(
    t: TestContext,
    name: string,
    options?: Partial<SimulatorOptions>
) {
    return startSimulator(t, { main: `examples/${name}.ts`, ...options })
}

/** Waits for a line of the console. */
async function line(sim: Simulator, text: string): Promise<string> {
    const found = await sim.waitFor("console", event =>
        event.text.includes(text)
    )
    return found.text
}

const texts = (sim: Simulator) => sim.past("console").map(({ text }) => text)

describe("examples", { concurrency: 2 }, () => {
    test("blink: switches the LED and logs it", async t => {
        const sim = await run(t, "blink")
        await sim.waitFor("led", ({ brightness }) => brightness > 0.5)
        await sim.waitFor("led", ({ brightness }) => brightness < 0.5)
        await line(sim, "[INFO] [blink.service] off")
        const { functions } = await readImage("examples/blink.ts")
        for (const part of ["syslog", "flashlog", "remote"])
            assert.ok(
                functions.every(f => !f.file.startsWith(`src/${part}/`)),
                part
            )
    })

    test("sensor: reads, and goes on after a failure", async t => {
        const sim = await startSimulator(t, {
            main: "test/system/programs/sensor-example.ts",
        })
        await line(sim, "[climate.service] 21.5 degrees")
        await line(sim, "[ERROR] [climate.service] failed")
        const failed = texts(sim).length
        await until("a line after the failure", () =>
            texts(sim)
                .slice(failed)
                .some(text => text.includes("21.5 degrees"))
        )
    })

    test("watchdog: restarts the task, then the device", async t => {
        const sim = await run(t, "watchdog")
        await line(sim, "pumps")
        const alert = await line(sim, "[ALERT] [pump.service]")
        assert.match(alert, /failed for good after 2 restarts/)
        await until("a second start", () => sim.past("boot").length > 1, 60_000)
        assert.deepEqual(sim.past("panic"), [])
    })

    test("schedule: waits for its time of day", async t => {
        await buildProgram("examples/schedule.ts")
        const soon = new Date(Date.now() + 15_000).toISOString().slice(11, 19)
        const sim = await run(t, "schedule", { settings: { WATER_AT: soon } })
        const first = await sim.waitFor(
            "console",
            ({ text }) => text.includes("waters the plants"),
            60_000
        )
        assert.ok(first.text.includes(`T${soon.slice(0, 5)}`), first.text)
    })

    test("handler: counts errors and lights the LED", async t => {
        const sim = await run(t, "handler")
        await line(sim, "0 errors so far")
        await line(sim, "1 errors so far")
        await sim.waitFor("led", ({ brightness }) => brightness > 0.5)
    })

    test("filter: masks, stops, and writes lines in its own form", async t => {
        const sim = await run(t, "filter")
        await line(sim, "INFO|door|opened by card ***")
        assert.ok(!texts(sim).some(text => text.includes("is not shown")))
        assert.ok(!texts(sim).some(text => text.includes("4711")))
    })

    test("setting: a change holds at once, and after a reset", async t => {
        const sim = await run(t, "setting")
        await line(sim, "pump")
        const { code, stderr } = await runCli([
            ...["settings", "set", "PUMP_EVERY=200ms"],
            ...["--state", sim.stateFolder],
        ])
        assert.equal(code, 0, stderr)
        await line(sim, "[pump.service] pumps")
        const before = texts(sim).length
        await sim.restart()
        await until("lines after the reset", () =>
            texts(sim)
                .slice(before)
                .some(text => text.includes("pumps"))
        )
    })

    test("mqtt: sends the log to a broker", { skip: noMosquitto }, async t => {
        const broker = await Mosquitto.start(t)
        const messages = await broker.subscribe(t, "boards/1/log")
        await run(t, "mqtt", { settings: { MQTT_PORT: String(broker.port) } })
        await until(
            "the line",
            () => messages.some(text => text.includes("measured 21 degrees")),
            60_000
        )
    })

    test("audit: entries survive a reset, apart from errors", async t => {
        const sim = await run(t, "audit")
        await line(sim, "0 entries of earlier runs")
        await line(sim, "[door.service] kept")
        await sim.restart()
        await line(sim, "1 entries of earlier runs")
        assert.ok(!texts(sim).some(text => text.includes("the gardener")))
    })
})
