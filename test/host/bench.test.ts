import assert from "node:assert/strict"
import { existsSync } from "node:fs"
import { connect } from "node:net"
import { describe, test } from "node:test"
import { CpuWatch, cpuTimeOf } from "../../bench/lib/cpu.ts"
import { Ledger } from "../../bench/lib/ledger.ts"
import { Sink } from "../../bench/lib/sink.ts"
import { sample, spreadText } from "../../bench/lib/stats.ts"
import { fit } from "../../bench/parts/growth.ts"

const line = (id: number, text = "measured") =>
    `<134>1 - board sensor 7 sensor [meta sequenceId="${id}" sysUpTime="1"] ${text}`
const gap = (first: number, last: number) =>
    line(
        last,
        `${last - first + 1} records dropped, sequenceId ${first} to ${last}: x`
    )

describe("account of sequenceIds", () => {
    test("what came, came twice, was declared, is missing", () => {
        const ledger = new Ledger()
        ledger.boot()
        for (const id of [1, 2, 3, 3]) ledger.take(line(id))
        ledger.take(gap(4, 6))
        for (const id of [7, 9]) ledger.take(line(id))
        // a report is taken once, however often it comes
        const report = 'log handler "syslog": 12 records dropped, burst limit'
        for (const id of [10, 10]) ledger.take(line(id, report))
        assert.deepEqual(ledger.balance(), {
            delivered: 6,
            repeated: 2,
            declared: 3,
            refused: 12,
            unexplained: 1,
        })
    })

    test("each boot begins again", () => {
        const ledger = new Ledger()
        for (let boot = 0; boot < 2; ++boot) {
            ledger.boot()
            for (const id of [1, 2]) ledger.take(line(id))
        }
        const { delivered, repeated, unexplained } = ledger.balance()
        assert.deepEqual([delivered, repeated, unexplained], [4, 0, 0])
    })
})

const noProc = existsSync("/proc/self/schedstat")
    ? false
    : "the kernel tells nothing in /proc/PID/schedstat"

test("a process is seen to work, and to wait", { skip: noProc }, () => {
    const watch = new CpuWatch(process.pid)
    const end = cpuTimeOf(process.pid) + 300
    while (cpuTimeOf(process.pid) < end);
    const { ran, waited } = watch.within(300)
    watch.stop()
    assert.ok(ran >= 300, `${ran} ms`)
    assert.ok(waited >= 0, `${waited} ms`)
})

test("growth is constant, linear or worse", () => {
    const sizes = [1, 10, 50]
    assert.equal(fit(sizes, [400, 401, 420]), "constant")
    assert.equal(fit(sizes, [110, 200, 600]), "linear, 10 each")
    assert.equal(fit(sizes, [1, 100, 2500]), "worse than linear, 51 each")
    assert.equal(fit(sizes, [1, 2, Infinity]), "over the steps of a slice")
})

test("a sample has the median and the spread", () => {
    const five = sample([50, 10, 40, 20, 30])
    assert.deepEqual(five, { median: 30, min: 10, max: 50, runs: 5 })
    assert.equal(sample([1, 2, 3, 4]).median, 2.5)
    assert.equal(spreadText(five), "-67% to +67%")
    assert.throws(() => sample([]), RangeError)
})

test("the sink counts frames however they are cut up", async t => {
    const sink = new Sink()
    const port = await sink.start()
    t.after(() => sink.stop())
    const bytes = Buffer.from("5 hello11 hello world3 one")
    const socket = connect(port, "127.0.0.1")
    socket.setNoDelay()
    for (const byte of bytes) {
        socket.write(Buffer.of(byte))
        await new Promise(resolve => setImmediate(resolve))
    }
    await sink.waitFor(3, 5000)
    assert.equal(sink.lines, 3)
    assert.equal(sink.bytes, bytes.length)
    await assert.rejects(sink.waitFor(4, 50), /3 of 4 lines have come/)
})
