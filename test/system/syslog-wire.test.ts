import assert from "node:assert/strict"
import { createServer, type AddressInfo } from "node:net"
import { test, type TestContext } from "node:test"
import { differences, type Sender } from "../peers/expected.ts"
import { OctetReader } from "../peers/octets.ts"
import { parseSyslog } from "../peers/rfc5424.ts"
import { awkwardEvent } from "../vectors/awkward-events.ts"
import { finish } from "../peers/programs.ts"
import { startSimulator } from "./harness.ts"

/** Records of the short form; the full form has 100,000. */
const COUNT = Number(process.env["SYSLOG_RECORDS"] ?? 2000)
const SENDER: Sender = {
    hostname: "höst {0} ]",
    facility: 16,
    procId: "boot 7",
    maxBytes: 2048,
    singleLine: false,
    bom: false,
}

for (const framing of ["octet", "lf", "bom"])
    test(`${COUNT} awkward records, ${framing}: RFC 5424 to the letter`, async t => {
        const sink = await startSink(t)
        const sim = await startSimulator(t, {
            main: "test/system/programs/syslog-awkward.ts",
            collector: false,
            settings: {
                SYSLOG_HOST: "127.0.0.1",
                SYSLOG_PORT: String(sink.port),
                SYSLOG_FRAME: framing,
                COUNT: String(COUNT),
            },
        })
        await finish(sim, 60_000 + COUNT * 5)
        await sink.quiet()
        const sender = {
            ...SENDER,
            singleLine: framing === "lf",
            bom: framing === "bom",
        }
        const frames =
            framing === "lf"
                ? cutLines(sink.bytes())
                : new OctetReader().push(sink.bytes())
        assert.equal(frames.length, COUNT)
        frames.forEach((frame, i) => {
            const message = parseSyslog(frame)
            const event = awkwardEvent(i)
            const found = differences(event, message, frame, sender, i + 1)
            assert.deepEqual(found, [], `seed ${i}: ${frame}`)
        })
        assert.equal(sim.past("panic").length, 0)
    })

function cutLines(bytes: Buffer): Buffer[] {
    const lines: Buffer[] = []
    let start = 0
    for (let at = 0; at < bytes.length; ++at)
        if (bytes[at] === 10) {
            lines.push(bytes.subarray(start, at))
            start = at + 1
        }
    assert.equal(start, bytes.length, "the stream ends with a line feed")
    return lines
}

async function startSink(t: TestContext) {
    const chunks: Buffer[] = []
    let last = Date.now()
    const server = createServer(socket => {
        socket.on("data", data => {
            chunks.push(data)
            last = Date.now()
        })
        socket.on("error", () => {})
        t.after(() => socket.destroy())
    })
    await new Promise<void>(done => server.listen(0, "127.0.0.1", done))
    t.after(() => server.close())
    return {
        port: (server.address() as AddressInfo).port,
        bytes: () => Buffer.concat(chunks),
        /** Until nothing came for a while. */
        quiet: async () => {
            while (Date.now() - last < 300)
                await new Promise(done => setTimeout(done, 50))
        },
    }
}
