import assert from "node:assert/strict"
import { test } from "node:test"
import { field } from "../peers/expected.ts"
import { until } from "../peers/ports.ts"
import { finish } from "../peers/programs.ts"
import { missingRsyslog, Rsyslog } from "../peers/rsyslog.ts"
import { awkwardEvent } from "../vectors/awkward-events.ts"
import { startSimulator } from "./harness.ts"

const COUNT = Number(process.env["SYSLOG_RECORDS"] ?? 2000)
/** rsyslog takes no timestamp from 2100 on; RFC 5424 ends with the year 9999. */
const YEAR_2100 = 4102444800000
const YEAR_10000 = 253402300800000
const SEPARATOR = "\u001f"
const FIELDS = [
    "%pri%",
    "%protocol-version%",
    "%timestamp:::date-rfc3339%",
    "%hostname%",
    "%app-name%",
    "%procid%",
    "%msgid%",
    "%structured-data%",
    "%msg%",
]

/** Text as rsyslog writes it: control characters as `#` and three octal digits. */
function written(text: string): string {
    return [...text]
        .map(c => {
            const code = c.codePointAt(0)!
            return code < 32 ? "#" + code.toString(8).padStart(3, "0") : c
        })
        .join("")
}

for (const framing of ["octet", "lf"])
    test(
        `${COUNT} awkward records, ${framing}: rsyslogd reads the fields we meant`,
        { skip: missingRsyslog() },
        async t => {
            const rsyslog = await Rsyslog.start(t, {
                template: FIELDS.join(SEPARATOR) + "\\n",
            })
            const sim = await startSimulator(t, {
                main: "test/system/programs/syslog-awkward.ts",
                collector: false,
                settings: {
                    SYSLOG_HOST: "127.0.0.1",
                    SYSLOG_PORT: String(rsyslog.port),
                    SYSLOG_FRAME: framing,
                    COUNT: String(COUNT),
                },
            })
            await finish(sim, 60_000)
            await until("all lines", () => rsyslog.lines().length >= COUNT)
            const lines = rsyslog.lines()
            assert.equal(lines.length, COUNT)
            lines.forEach((line, i) => compare(line, i, framing))
        }
    )

/** Compares what rsyslog read with what was meant, field by field. */
function compare(line: string, seed: number, framing: string): void {
    const event = awkwardEvent(seed)
    const { topic, mark, wall } = event
    if (wall !== undefined && wall >= YEAR_2100 && wall < YEAR_10000) return
    const got = line.split(SEPARATOR)
    const app = topic.startsWith("task.") ? topic.slice(5) : topic
    const wanted = [
        String(16 * 8 + Math.min(event.level, 7)),
        "1",
        got[2],
        field("höst {0} ]", 255),
        field(app, 48) ?? "-",
        "boot_7",
        field(mark || topic, 32) ?? "-",
    ]
    if (wall !== undefined && wall < YEAR_2100)
        wanted[2] = new Date(wall).toISOString()
    const shown = `seed ${seed}: ${line}`
    assert.deepEqual(
        got.slice(0, 7).map(stripZero),
        wanted.map(stripZero),
        shown
    )
    assert.match(got[7]!, new RegExp(`sequenceId="${seed + 1}"`), shown)
    // of a counted message rsyslog drops one line feed at the end
    const { message } = event
    const counted = framing === "octet" && message.endsWith("\n")
    const text = written(counted ? message.slice(0, -1) : message)
    const msg = got.slice(8).join(SEPARATOR)
    const cut = /\[\+\d+ bytes\]$/.exec(msg)
    if (cut) assert.ok(text.startsWith(msg.slice(0, cut.index)), shown)
    else assert.equal(msg, text, shown)
}

/** rsyslog leaves out a fraction of zero. */
function stripZero(text: string | undefined): string {
    return (text ?? "").replace(/\.000([Z+])/, "$1")
}

test(
    "a stock rsyslogd files the lines of two boards under their names",
    { skip: missingRsyslog() },
    async t => {
        const rsyslog = await Rsyslog.start(t, { file: "%HOSTNAME%.log" })
        const boards = ["kitchen", "cellar"].map(async name => {
            const sim = await startSimulator(t, {
                main: "test/system/programs/syslog-load.ts",
                collector: false,
                settings: {
                    SYSLOG_HOST: "127.0.0.1",
                    SYSLOG_PORT: String(rsyslog.port),
                    HOSTNAME: name,
                    COUNT: "500",
                },
            })
            await finish(sim, 30_000)
            const file = `${name}.log`
            await until(file, () => rsyslog.lines(file).length >= 500)
            const lines = rsyslog.lines(file)
            assert.equal(lines.length, 500)
            lines.forEach((line, i) =>
                assert.match(
                    line,
                    new RegExp(` ${name} load .* line ${i + 1} of`)
                )
            )
        })
        await Promise.all(boards)
    }
)
test(
    "RELP: every line is answered by imrelp and arrives once, in order",
    { skip: missingRsyslog("relp") },
    async t => {
        const rsyslog = await Rsyslog.start(t, { input: "relp" })
        const sim = await startSimulator(t, {
            main: "test/system/programs/syslog-load.ts",
            collector: false,
            settings: {
                SYSLOG_HOST: "127.0.0.1",
                SYSLOG_PORT: String(rsyslog.port),
                SYSLOG_PROTO: "relp",
                COUNT: "3000",
            },
        })
        const stats = await finish(sim, 60_000)
        assert.equal(stats.delivered, 3000)
        assert.equal(stats.queued, 0)
        await until("all lines", () => rsyslog.lines().length >= 3000)
        const lines = rsyslog.lines()
        assert.equal(lines.length, 3000)
        lines.forEach((line, i) =>
            assert.match(line, new RegExp(` line ${i + 1} of`))
        )
    }
)
