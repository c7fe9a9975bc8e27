// rows: S5 S7b
import assert from "node:assert/strict"
import { test } from "node:test"
import { judge } from "../peers/ledger.ts"
import { until } from "../peers/ports.ts"
import { finish } from "../peers/programs.ts"
import { certificate, Sink } from "../peers/sink.ts"
import { startLoad } from "./syslog-board.ts"

test("TLS: a collector with a certificate that is trusted gets every line", async t => {
    const sink = await Sink.start(t, "collector")
    const sim = await startLoad(
        t,
        sink.port,
        {
            SYSLOG_PROTO: "tls",
            COUNT: "500",
        },
        certificate("ca.pem")
    )
    const stats = await finish(sim, 30_000)
    assert.equal(stats.delivered, 500)
    await until("all lines", () => sink.messages.length >= 500)
    assert.deepEqual(judge(sink.messages, 500), {
        arrived: 500,
        duplicates: 0,
        declared: 0,
        silent: 0,
        wrong: 0,
    })
    assert.equal(sink.refusals, 0)
})

for (const [what, certified, caFile] of [
    ["an unknown issuer", "collector", undefined],
    ["another name", "stranger", certificate("ca.pem")],
] as const)
    test(`TLS: a certificate of ${what} is refused, said once, and tried again later`, async t => {
        const sink = await Sink.start(t, certified)
        const sim = await startLoad(
            t,
            sink.port,
            {
                SYSLOG_PROTO: "tls",
                COUNT: "20",
                RATE: "100",
                DRAIN_MS: "3000",
            },
            caFile
        )
        const stats = await finish(sim, 30_000)
        const said = sim.consoleLines.filter(line =>
            /^(no connection|connected)/.test(line)
        )
        assert.equal(said.length, 1, said.join("\n"))
        assert.match(said[0]!, /^no connection to tls:.*certificate/)
        assert.equal(sink.messages.length, 0)
        // it was never open: a board is told so after the handshake
        assert.equal(stats.connects, 0)
        assert.ok(sink.attempts.length >= 4)
        const [first, second, third] = pauses(sink.attempts)
        // 100, 200 and 400 ms, each less up to 30 %, and the time of a handshake
        assert.ok(first! >= 70 && second! >= 140 && third! >= 280)
        assert.equal(stats.delivered, 0)
        assert.equal(stats.queued, 20)
    })

/** Times between the attempts, ms. */
function pauses(attempts: number[]): number[] {
    return attempts.slice(1).map((at, i) => at - attempts[i]!)
}
