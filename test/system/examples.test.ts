// rows: D2
import assert from "node:assert/strict"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, test, type TestContext } from "node:test"
import { readImage } from "../../bench/lib/image.ts"
import { type ServeEvent, serveFolder, shareOf } from "../../host/ota/index.ts"
import {
    buildProgram,
    Fleet,
    type Simulator,
    type SimulatorOptions,
} from "../../host/sim/index.ts"
import { Mosquitto, noMosquitto } from "../peers/mosquitto.ts"
import { until } from "../peers/ports.ts"
import {
    cleanUp,
    runCli,
    serve,
    startSimulator,
    tempFolder,
} from "./harness.ts"

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

/** Runs fiberctl; it must end well. */
async function must(...args: string[]): Promise<void> {
    const { code, stderr } = await runCli(args)
    assert.equal(code, 0, stderr)
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
        const error = await line(sim, "[ERROR] [climate.service] failed")
        assert.match(error, /I2C/)
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
        await must(
            ...["settings", "set", "PUMP_EVERY=200ms"],
            ...["--state", sim.stateFolder]
        )
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

    test("fleet: a signed file reaches a share of the boards, then all", async t => {
        const folder = tempFolder(t)
        const key = join(folder, "fleet.key")
        await must("ota", "keygen", "--lms", "--height", "5", "--out", key)
        const events: ServeEvent[] = []
        const served = join(folder, "served")
        mkdirSync(served)
        const server = serveFolder(served, event => events.push(event))
        const port = await serve(t, server)
        const url = `http://127.0.0.1:${port}/fleet.ota`
        const fleet = new Fleet({
            main: "examples/fleet.ts",
            state: join(folder, "boards"),
            fastBoot: true,
            count: 2,
            settings: {
                OTA_PUBKEY: readFileSync(`${key}.pub`, "utf8").trim(),
                OTA_URL: url,
                OTA_REPORT: url,
                OTA_POLL: "5s",
                OTA_PROBATION: "10s",
            },
        })
        cleanUp(t, () => fleet.stop())
        await fleet.start()

        const offer = async (version: number, share: number) => {
            const text = join(folder, "board.env")
            writeFileSync(text, "GREETING=good morning\n")
            await must(
                ...["ota", "sign", text, "--key", key],
                ...["--version", String(version), "--share", `${share}%`],
                ...["--out", join(served, "fleet.ota")]
            )
        }
        const boards = fleet.sims.map(sim => ({ sim, id: sim.deviceId! }))
        const reports = (id: string, version: number) =>
            events.some(
                ({ method, board }) =>
                    method === "POST" &&
                    board?.device === id &&
                    board.version === version &&
                    board.state === "active"
            )
        const share = 1 + Math.min(...boards.map(({ id }) => shareOf(id)))
        await offer(1, share)
        const chosen = boards.filter(({ id }) => shareOf(id) < share)
        const others = boards.filter(board => !chosen.includes(board))
        for (const { sim, id } of chosen) {
            await until("an active board", () => reports(id, 1), 150_000)
            await line(sim, "good morning")
        }
        const asked = events.length
        for (const { sim, id } of others) {
            await until(
                "a question of a board that is not chosen",
                () =>
                    events
                        .slice(asked)
                        .some(({ board }) => board?.device === id),
                60_000
            )
            assert.ok(!texts(sim).some(text => text.includes("good morning")))
        }
        await offer(2, 100)
        for (const { sim, id } of boards) {
            await until("every board active", () => reports(id, 2), 150_000)
            await line(sim, "good morning")
        }
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
