// rows: S6
import assert from "node:assert/strict"
import { test } from "node:test"
import { connect } from "../../host/client/index.ts"
import { readLogFiles } from "../../host/flash/log.ts"
import { until } from "../peers/ports.ts"
import type { ProgramStats } from "../peers/programs.ts"
import { parseSyslog } from "../peers/rfc5424.ts"
import { Sink } from "../peers/sink.ts"
import { cleanUp, startSimulator } from "./harness.ts"

test("errors of a run that died offline come at the next start: late, marked, once", async t => {
    const sink = await Sink.start(t)
    const settings = { SYSLOG_PORT: String(sink.port) }
    await sink.stop()
    const sim = await startSimulator(t, {
        main: "test/system/programs/syslog-late.ts",
        collector: false,
        settings: { ...settings, BOOT: "1" },
    })
    await sim.waitFor("console", e => e.text.startsWith("kept 1.8"))
    await sim.kill()
    const kept = sim.consoleLines
        .filter(line => line.startsWith("kept "))
        .map(line => line.slice("kept ".length))
    assert.ok(kept.length >= 8)

    await sink.start()
    const forwarded = async (boot: string) => {
        await sim.restart({
            settings: { ...settings, MODE: "rest", BOOT: boot },
        })
        const mark = `account of ${boot}: `
        const { text } = await sim.waitFor("console", e =>
            e.text.startsWith(mark)
        )
        const account = JSON.parse(text.slice(mark.length)) as ProgramStats
        const { received, delivered, queued, dropped } = account
        assert.equal(received, delivered + queued + dropped)
        return delivered
    }
    const sent = await forwarded("2")
    assert.ok(sent >= kept.length, `${sent} of ${kept.length}`)
    // a write of flash is not acknowledged: the one that says how far it got must be there
    await until("the cursor", () =>
        sim.readFlash().keys().includes(":fd.cursor")
    )
    // what the handlers tell is of this boot alone: its error, and late that of the boot before
    assert.equal(await forwarded("3"), 2)
    const messages = sink.messages.map(parseSyslog)
    // an error that flash had before the lines of earlier runs were sent is none of theirs
    const live = messages.filter(m => m.text?.includes("error 2.0 end"))
    assert.deepEqual(
        live.map(({ appName, procId }) => `${appName} in boot ${procId}`),
        ["app in boot 2", "late in boot 3"]
    )
    for (const name of kept) {
        const of = messages.filter(m => m.text?.includes(`error ${name} end`))
        assert.equal(of.length, 1, name)
        const [{ severity, appName, procId, data }] = of as [(typeof of)[0]]
        assert.equal(severity, 3)
        assert.equal(appName, "late")
        // the boot that sends it, not the one that wrote it
        assert.equal(procId, "2")
        assert.deepEqual(data[1]!.params, [["late", "1"]])
    }
})

test("the task late stops at once while the collector is away, and its next run sends each line once", async t => {
    const sink = await Sink.start(t)
    await sink.stop()
    const sim = await startSimulator(t, {
        collector: false,
        settings: {
            SYSLOG_HOST: "127.0.0.1",
            SYSLOG_PORT: String(sink.port),
            BACKOFF_MAX: "1s",
            DEMO: "true",
        },
    })
    await sim.waitFor("console", e => e.text.includes("failed: Error"))
    await until("the last error", () => {
        const store = sim.readFlash()
        const slots = new Map(store.keys().map(key => [key, store.get(key)!]))
        return readLogFiles(slots)[0]?.lines.some(line =>
            line.includes("failed: Error")
        )
    })
    await sim.kill()
    const killedAt = sim.past("console").at(-1)!.at + 1
    await sim.restart()
    const says = (text: string) =>
        sim.waitFor("console", e => e.text.endsWith(text), 10_000, killedAt)
    const board = await connect({ state: sim.stateFolder })
    cleanUp(t, () => board.disconnect())
    await says("late started, run 1")
    await board.stop("late")
    await board.start("late")
    await says("late started, run 2")
    await sink.start()
    await says("late done")
    const lines = sink.messages.map(parseSyslog)
    const late = lines.filter(({ appName }) => appName === "late")
    const texts = late.map(({ text }) => text)
    assert.ok(texts.some(text => text?.includes("failed: Error")))
    assert.deepEqual(texts, [...new Set(texts)])
    assert.doesNotMatch(sim.consoleLines.join("\n"), /did not stop/)
})

test("lines of earlier runs come although the flash does not answer at first", async t => {
    const sim = await startSimulator(t, {
        main: "test/system/programs/late-again.ts",
    })
    await sim.waitFor("console", e => e.text.endsWith("kept"))
    await sim.restart()
    const { line } = await sim.waitFor(
        "syslog",
        ({ line }) => line.includes(" late ") && line.includes("cable is loose")
    )
    assert.match(line, /\[meta [^\]]*\]\[fiberd@32473 late="1"\]/)
    const failures = sim.consoleLines.filter(text => text.includes("no answer"))
    assert.equal(failures.length, 2, "one in each run")
})
