// rows: B3
import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { before, describe, test } from "node:test"
import { deployProgram, FlashStore } from "../../host/flash/index.ts"
import { buildProgram, type SimEvent } from "../../host/sim/index.ts"
import {
    childPids,
    makeSimulator,
    startSimulator,
    tempFolder,
} from "./harness.ts"

const HELLO = "test/system/programs/hello.ts"
const PANICS = "test/system/programs/panics.ts"
const OUT_OF_HEAP = "test/system/programs/out-of-heap.ts"
const STORE = "test/system/programs/store.ts"

const isReady = (event: SimEvent<"console">) => event.text === "ready"

// one build each, not one for every test that comes first
before(async () => {
    for (const main of [HELLO, PANICS, STORE]) await buildProgram(main)
})

describe("simulator", { concurrency: 3 }, () => {
    test("boots a program and reads settings from flash that the host wrote", async t => {
        const settings = { GREETING: 'a # "b" é', DEMO: "1", EMPTY: "" }
        const sim = await startSimulator(t, { main: HELLO, settings })
        const boot = await sim.waitFor("boot")
        assert.match(boot.deviceId, /^[0-9a-f]{16}$/)
        assert.equal(boot.program, HELLO)
        await sim.waitFor("console", isReady)
        assert.ok(sim.consoleLines.includes('GREETING=a # "b" é'))
        assert.ok(sim.consoleLines.includes("DEMO=1"))
        const flash = sim.readFlash()
        assert.equal(flash.get(":EMPTY"), undefined)
        assert.equal(flash.get(":boots")?.toString(), "1")
    })

    test("shows LED, buzzer and what the collector took", async t => {
        const sim = await startSimulator(t, { main: HELLO })
        await sim.waitFor("led", event => event.brightness === 1)
        const tone = await sim.waitFor("tone")
        assert.deepEqual({ hz: tone.hz, ms: tone.ms }, { hz: 440, ms: 50 })
        await sim.waitFor("led", event => event.brightness === 0)
        const syslog = await sim.waitFor("syslog")
        assert.equal(syslog.line, "<14>1 - - hello - - - boot 1")
        assert.equal(syslog.framing, "octet")
    })

    test("writes only what changed, removes settings no longer given, keeps the rest", async t => {
        const sim = await startSimulator(t, {
            main: HELLO,
            collector: false,
            settings: { GREETING: "one", OLD: "x" },
        })
        await sim.waitFor("console", isReady)
        const { deviceId } = sim
        await sim.restart({ settings: { GREETING: "two" } })
        await sim.waitFor("console", event => event.text === "boot 2")
        await sim.waitFor("console", event => event.text === "GREETING=two")
        assert.equal(sim.deviceId, deviceId)
        const flash = sim.readFlash()
        assert.equal(flash.get(":OLD"), undefined)
        const free = flash.free
        await sim.restart()
        await sim.waitFor("console", event => event.text === "boot 3")
        // one write of "boots", by the device: 24 bytes of entry and 8 of value
        await sim.waitFor("flash", event => event.writes === 3)
        assert.equal(sim.readFlash().free, free - 32)
    })

    test("cuts the power right after a given flash write", async t => {
        const sim = await startSimulator(t, { main: STORE, cutAfterWrite: 5 })
        await sim.waitForPowerOff()
        assert.equal(sim.vmPid, undefined)
        const keys = sim.readFlash().keys()
        assert.deepEqual(
            keys.filter(key => /^:k\d$/.test(key)),
            [":k0", ":k1", ":k2", ":k3", ":k4"]
        )
        // on a slow machine the VM also logs messages about its bus
        assert.ok(!sim.consoleLines.includes("written"))
    })

    test("its flash store is the host's, byte for byte, through compactions", async t => {
        const sim = makeSimulator(t, { main: STORE, collector: false })
        await sim.start()
        const image = FlashStore.format()
        deployProgram(image, (await buildProgram(STORE)).bytecode)
        await sim.waitFor("console", event => event.text === "written", 60_000)
        replayStoreProgram(image)
        // 260 values, 5 deletions, 2 compactions of 4 pages each; told after the line
        await sim.waitFor("flash", () => sim.flashCounts.writes >= 267)
        assert.ok(image.serialize().equals(sim.readFlash().serialize()))
        assert.equal(sim.flashCounts.writes, 267)
        assert.equal(sim.flashCounts.erases, 8)
    })

    test("reports a panic, and starts the program again", async t => {
        const sim = await startSimulator(t, { main: PANICS })
        const panic = await sim.waitFor("panic")
        assert.equal(panic.code, 60005)
        await sim.waitFor("boot", e => e.at > panic.at, 10_000)
    })

    test("a heap that runs out damages no later start", async t => {
        const sim = await startSimulator(t, { main: OUT_OF_HEAP })
        const panics = () => sim.past("panic").map(({ code }) => code)
        let at = sim.at
        for (let count = 1; count <= 3; count++)
            at = (await sim.waitFor("panic", e => e.at > at, 10_000)).at
        assert.deepEqual(panics(), [60004, 60004, 60004])
        const starts = sim.consoleLines.filter(line => line === "begins")
        assert.equal(starts.length, 3)
    })

    test("quick runs that end in order lead to no safe mode", async t => {
        const state = tempFolder(t)
        // five short starts in a row are those of a board that crashes
        for (let boot = 1; boot <= 7; boot++) {
            const sim = makeSimulator(t, { main: "src/main.ts", state })
            await sim.start()
            const end = boot === 1 ? "first" : "power"
            const told = `boot ${boot}, last end: ${end}`
            await sim.waitFor("console", e => e.text.endsWith(told))
            // no core task: safe mode leaves it out
            await sim.waitFor("console", e => e.text.includes("demo started"))
            await sim.stop()
        }
    })

    test("another program does not begin in the safe mode of the one before", async t => {
        const state = tempFolder(t)
        const first = "src/main.ts"
        /** Starts a program; whether that begins safe mode. */
        const start = async (boot: number, main: string) => {
            const sim = makeSimulator(t, { main, state })
            await sim.start()
            await sim.waitFor("console", e => e.text.includes(` boot ${boot},`))
            // the first line of a core task
            await sim.waitFor("console", e => e.text.includes("[network"))
            await sim.stop()
            return sim.consoleLines.some(line => line.includes("safe mode,"))
        }
        assert.equal(await start(1, first), false)
        const flash = join(state, "flash.bin")
        const store = FlashStore.parse(readFileSync(flash))
        const journal = store.get(":fd.boot")!
        // as after starts that ended with a panic
        journal[2] = 5
        store.set(":fd.boot", journal)
        writeFileSync(flash, store.serialize())
        assert.equal(await start(2, first), true)
        assert.equal(await start(3, first), true)
        assert.equal(await start(4, "examples/over-the-air.ts"), false)
    })

    test("two with one state do not go together", async t => {
        const state = tempFolder(t)
        await startSimulator(t, { main: HELLO, state })
        const second = makeSimulator(t, { main: HELLO, state })
        await assert.rejects(second.start(), /is in use by another simulator/)
    })
})

/** What `programs/store.ts` does to the store. */
function replayStoreProgram(store: FlashStore): void {
    for (let i = 0; i < 260; ++i) {
        const value = Buffer.alloc(40 + ((i * 37) % 160))
        for (let at = 0; at < value.length; ++at) value[at] = (i + at) & 0xff
        store.set(`:k${i % 7}`, value)
        if (i % 50 === 49) store.delete(":k3")
    }
}

test("restarts at a time follow one another, and leave no process behind", async t => {
    const before = await childPids(process.pid)
    const sim = await startSimulator(t, { main: HELLO })
    await Promise.all([
        sim.restart({ settings: { GREETING: "one" } }),
        sim.restart({ settings: { GREETING: "two" } }),
    ])
    await sim.waitFor("console", ({ text }) => text === "GREETING=two")
    await sim.stop()
    assert.deepEqual(await childPids(process.pid), before)
})
