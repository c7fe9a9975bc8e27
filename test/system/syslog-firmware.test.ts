// rows: S1 S6
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { LARGEST_SYSLOG } from "../../bench/lib/load-run.ts"
import { SYSLOG_SETTINGS } from "../../src/settings/firmware.ts"
import { setTimeout as sleep } from "node:timers/promises"
import { judge } from "../peers/ledger.ts"
import { until } from "../peers/ports.ts"
import { finish } from "../peers/programs.ts"
import { parseSyslog } from "../peers/rfc5424.ts"
import { Sink } from "../peers/sink.ts"
import { startSimulator } from "./harness.ts"

describe("the reference firmware and its collector", { concurrency: 2 }, () => {
    for (const [name, settings] of [
        ["as it comes", {}],
        ["with the largest queue and window", LARGEST_SYSLOG],
    ] as const)
        test(`${name} bears an outage under load: no gap is silent`, async t => {
            const sink = await Sink.start(t)
            const sim = await startSimulator(t, {
                main: "test/system/programs/syslog-firmware.ts",
                collector: false,
                settings: {
                    SYSLOG_HOST: "127.0.0.1",
                    SYSLOG_PORT: String(sink.port),
                    BACKOFF_MAX: "1s",
                    DEMO: "1",
                    COUNT: "600",
                    ...settings,
                },
            })
            await until("first lines", () => sink.messages.length > 60, 20_000)
            await sink.stop()
            await sleep(4000)
            await sink.start()
            const stats = await finish(sim, 60_000)
            await sleep(500)
            assert.deepEqual(sim.past("panic"), [])
            const sequences = sink.messages.map(bytes => {
                const [meta] = parseSyslog(bytes).data
                return Number(meta!.params[0]![1])
            })
            const last = Math.max(...sequences)
            const { silent, declared } = judge(sink.messages, last)
            assert.equal(silent, 0)
            assert.ok(declared > 0)
            // what the burst limit drops never gets a sequenceId
            assert.ok(last <= stats.received && last > 600)
        })

    const [, most] = /SYSLOG_MAX: size \d+ (\w+)/.exec(SYSLOG_SETTINGS)!
    for (const [framing, settings] of [
        ["octet counting", { SYSLOG_MAX: most! }],
        // there is a copy of each message beside it
        ["lf", { SYSLOG_MAX: "1400", SYSLOG_FRAME: "lf" }],
    ] as const)
        test(`the longest messages in ${framing} leave the program its heap`, async t => {
            const sim = await startSimulator(t, {
                main: "test/system/programs/syslog-metadata.ts",
                settings,
            })
            await finish(sim, 60_000)
            assert.deepEqual(sim.past("panic"), [])
            assert.ok(sim.past("syslog").length > 100)
        })
})
