// rows: L14b S8
import assert from "node:assert/strict"
import { test, type TestContext } from "node:test"
import { until } from "../peers/ports.ts"
import { finish } from "../peers/programs.ts"
import { parseSyslog } from "../peers/rfc5424.ts"
import { missingRsyslog } from "../peers/rsyslog.ts"
import { missingSyslogNg } from "../peers/syslog-ng.ts"
import { startSimulator } from "./harness.ts"
import {
    rsyslogReceiver,
    strictReceiver,
    syslogNgReceiver,
} from "./syslog-receivers.ts"
import type { Receiver, Wire } from "./syslog-records.ts"

/** Messages to each receiver; `npm run test:forgery` sends 5,000. */
const COUNT = Number(process.env["FORGED"] ?? 500)
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/
/** Begins what the console continues. */
const MORE = "... "

/** Has a board log forged messages, and reads back what came on the console and at a receiver. */
async function forge(
    t: TestContext,
    receiver: Receiver,
    wire: Wire,
    count: number
): Promise<void> {
    const sim = await startSimulator(t, {
        main: "test/system/programs/forgery.ts",
        collector: false,
        settings: {
            SYSLOG_HOST: "127.0.0.1",
            SYSLOG_PORT: String(receiver.port),
            SYSLOG_FRAME: wire,
            COUNT: String(count),
        },
    })
    const stats = await finish(sim, 120_000 + count * 40)
    assert.equal(stats.delivered, count)
    await until("all records", () => receiver.count() >= count, 60_000)
    const messages = receiver.messages()
    assert.equal(messages.length, count)
    messages.forEach((bytes, i) => {
        const { text = "" } = parseSyslog(bytes)
        assert.doesNotMatch(text, CONTROL)
        assert.ok(text.endsWith(` end ${i}`), text)
    })
    const lines = sim.consoleLines.filter(
        line => !line.startsWith(MORE) && !line.startsWith("done ")
    )
    assert.equal(lines.length, count)
    lines.forEach((line, i) => {
        assert.doesNotMatch(line, CONTROL)
        assert.match(line, /^[\d.]+ \[INFO\] \[x\] /)
        assert.ok(line.length > 200 || line.endsWith(` end ${i}`), line)
    })
}

test(`${COUNT} forged messages are as many records for a strict reader`, async t => {
    await forge(t, await strictReceiver(t, "octet"), "octet", COUNT)
})

for (const wire of ["octet", "lf"] as const) {
    test(
        `${COUNT} forged messages, ${wire}, are as many for rsyslogd`,
        { skip: missingRsyslog() },
        async t => await forge(t, await rsyslogReceiver(t), wire, COUNT)
    )
    test(
        `${COUNT} forged messages, ${wire}, are as many for syslog-ng`,
        { skip: missingSyslogNg() },
        async t => await forge(t, await syslogNgReceiver(t, wire), wire, COUNT)
    )
}
