// rows: S2 S3 S4
import assert from "node:assert/strict"
import { test } from "node:test"
import { missingHaproxy } from "../peers/haproxy.ts"
import { parseSyslog } from "../peers/rfc5424.ts"
import { missingRsyslog } from "../peers/rsyslog.ts"
import { missingSyslogNg } from "../peers/syslog-ng.ts"
import { startSimulator } from "./harness.ts"
import {
    haproxyReceiver,
    rsyslogReceiver,
    strictReceiver,
    syslogNgReceiver,
} from "./syslog-receivers.ts"
import { type RecordFigures, sendRecords } from "./syslog-records.ts"

/** Records of the short form; the full form has 100,000. */
const COUNT = 2000

function flawless(figures: RecordFigures): void {
    const { records, violations, differences, skipped, timeless } = figures
    assert.deepEqual(figures.examples, [])
    assert.equal(records, COUNT)
    assert.equal(violations + differences, 0)
    // most are compared, and among them some of an unknown time
    assert.ok(skipped < COUNT / 10 && timeless > COUNT / 10)
}

for (const wire of ["octet", "lf", "bom"] as const)
    test(`${COUNT} awkward records, ${wire}: RFC 5424 to the letter`, async t => {
        const receiver = await strictReceiver(t, wire)
        flawless(await sendRecords(t, receiver, wire, COUNT))
    })

for (const wire of ["octet", "lf"] as const) {
    test(
        `${COUNT} awkward records, ${wire}: rsyslogd reads the fields we meant`,
        { skip: missingRsyslog() },
        async t => {
            const receiver = await rsyslogReceiver(t)
            flawless(await sendRecords(t, receiver, wire, COUNT))
        }
    )
    test(
        `${COUNT} awkward records, ${wire}: syslog-ng reads the fields we meant`,
        { skip: missingSyslogNg() },
        async t => {
            const receiver = await syslogNgReceiver(t, wire)
            flawless(await sendRecords(t, receiver, wire, COUNT))
        }
    )
    test(
        `${COUNT} awkward records, ${wire}: HAProxy reads the fields we meant`,
        { skip: missingHaproxy() },
        async t => {
            const receiver = await haproxyReceiver(t)
            flawless(await sendRecords(t, receiver, wire, COUNT))
        }
    )
}

test("the firmware's timestamps are true: offset, milliseconds, and the steps between", async t => {
    const sim = await startSimulator(t, { settings: { DEMO: "1" } })
    await sim.waitFor("syslog", e => e.line.includes("the tank is empty"))
    const read = sim.past("syslog").map(({ line }) => {
        const { timestamp, data } = parseSyslog(Buffer.from(line))
        const ticks = data[0]!.params.find(([name]) => name === "sysUpTime")![1]
        return { timestamp, upMs: Number(ticks) * 10 }
    })
    const dated = read.filter(({ timestamp }) => timestamp !== undefined)
    assert.ok(dated.length >= 6)
    for (const { timestamp } of dated) assert.match(timestamp!, /\.\d{3}Z$/)
    // the clock of the bus tells whole seconds: it may be set on by up to one
    const wall = ({ timestamp }: { timestamp: string | undefined }) =>
        Date.parse(timestamp!)
    const starts = dated.map(line => wall(line) - line.upMs)
    assert.ok(Math.max(...starts) - Math.min(...starts) < 1010, `${starts}`)
    const late = Date.now() - wall(dated.at(-1)!)
    assert.ok(late > -1000 && late < 2000, `${late} ms`)
    const fractions = new Set(dated.map(line => wall(line) % 1000))
    assert.ok(fractions.size > 3, `${[...fractions]}`)
})
