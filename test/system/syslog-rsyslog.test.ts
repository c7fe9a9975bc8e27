import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { until } from "../peers/ports.ts"
import { finish } from "../peers/programs.ts"
import { missingRsyslog, Rsyslog } from "../peers/rsyslog.ts"
import { certificate } from "../peers/sink.ts"
import { startSimulator } from "./harness.ts"
import { startLoad } from "./syslog-board.ts"

/** The configuration that our documentation gives, for a port and a folder of the test. */
function documented(port: number, folder: string): string {
    const text = readFileSync("docs/syslog.md", "utf8")
    const block = /^module\(load="imtcp"\)\n[^`]+/m.exec(text)![0]
    return block
        .replace('port="514"', `port="${port}" address="127.0.0.1"`)
        .replace("/var/log/boards", folder)
}

// rows: S8
test(
    "a stock rsyslogd files the lines of two boards under their names",
    { skip: missingRsyslog() },
    async t => {
        const rsyslog = await Rsyslog.startWith(t, documented)
        const boards = ["kitchen", "cellar"].map(async name => {
            const sim = await startLoad(t, rsyslog.port, {
                HOSTNAME: name,
                COUNT: "500",
                RATE: "200",
            })
            await finish(sim, 30_000)
            const file = `${name}.log`
            await until(file, () => rsyslog.lines(file).length >= 500)
            const lines = rsyslog.lines(file)
            assert.equal(lines.length, 500)
            lines.forEach((line, i) =>
                assert.match(
                    line,
                    new RegExp(` ${name} load\\[1\\] line ${i + 1} of`)
                )
            )
        })
        await Promise.all(boards)
    }
)

// rows: S8 S1
test(
    "a stock rsyslogd files the reference firmware's lines under its name",
    { skip: missingRsyslog() },
    async t => {
        const rsyslog = await Rsyslog.startWith(t, documented)
        await startSimulator(t, {
            collector: false,
            settings: {
                SYSLOG_HOST: "127.0.0.1",
                SYSLOG_PORT: String(rsyslog.port),
                HOSTNAME: "attic",
                DEMO: "1",
            },
        })
        const lines = () => rsyslog.lines("attic.log")
        const has = (text: string) => lines().some(line => line.includes(text))
        await until("an alert", () => has("the tank is empty"), 30_000)
        assert.ok(
            has(" attic demo[1] the sensor does not answer"),
            `${lines()}`
        )
    }
)

// rows: S7
test(
    "RELP: every line is answered by imrelp and arrives once, in order",
    { skip: missingRsyslog("relp") },
    async t => {
        const rsyslog = await Rsyslog.start(t, { input: "relp" })
        const sim = await startLoad(t, rsyslog.port, {
            SYSLOG_PROTO: "relp",
            COUNT: "3000",
        })
        const stats = await finish(sim, 60_000)
        assert.equal(stats.delivered, 3000)
        assert.equal(stats.queued, 0)
        await inOrder(rsyslog, 3000)
    }
)

// rows: S5
test(
    "TLS: rsyslogd with gtls gets every line, in order",
    { skip: missingRsyslog("tls") },
    async t => {
        const rsyslog = await Rsyslog.start(t, { input: "tls" })
        const sim = await startLoad(
            t,
            rsyslog.port,
            {
                SYSLOG_PROTO: "tls",
                COUNT: "1000",
            },
            certificate("ca.pem")
        )
        const stats = await finish(sim, 60_000)
        assert.equal(stats.delivered, 1000)
        await inOrder(rsyslog, 1000)
    }
)

// rows: S7b
test(
    "TLS: rsyslogd with a certificate of another name gets nothing",
    { skip: missingRsyslog("tls") },
    async t => {
        const rsyslog = await Rsyslog.start(t, {
            input: "tls",
            certified: "stranger",
        })
        const sim = await startLoad(
            t,
            rsyslog.port,
            {
                SYSLOG_PROTO: "tls",
                COUNT: "20",
                DRAIN_MS: "2000",
            },
            certificate("ca.pem")
        )
        const stats = await finish(sim, 60_000)
        assert.equal(stats.delivered, 0)
        assert.equal(rsyslog.written(), 0)
        const said = sim.consoleLines.filter(line =>
            line.startsWith("no connection")
        )
        assert.equal(said.length, 1, said.join("\n"))
        assert.match(said[0]!, /certificate/)
    }
)

/** Waits for numbered lines and checks that each came once, in order. */
async function inOrder(rsyslog: Rsyslog, count: number): Promise<void> {
    await until("all lines", () => rsyslog.lines().length >= count)
    const lines = rsyslog.lines()
    assert.equal(lines.length, count)
    lines.forEach((line, i) =>
        assert.match(line, new RegExp(` line ${i + 1} of`))
    )
}
