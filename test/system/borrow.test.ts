// rows: N1 S2
import assert from "node:assert/strict"
import { createServer } from "node:net"
import { test } from "node:test"
import { listen } from "../../host/sim/listen.ts"
import { judge } from "../peers/ledger.ts"
import { until } from "../peers/ports.ts"
import { finish } from "../peers/programs.ts"
import { Sink } from "../peers/sink.ts"
import { cleanUp, startSimulator } from "./harness.ts"

const LINES = 120

test("a borrower that leaves connections behind disturbs no other owner of the socket", async t => {
    const sink = await Sink.start(t)
    let pages = ""
    // answers one page only
    const server = createServer(socket => {
        cleanUp(t, () => socket.destroy())
        socket.on("error", () => {})
        socket.on("data", data => {
            const request = data.toString("latin1")
            pages += request
            if (request.startsWith("GET /next"))
                socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        })
    })
    const port = await listen(server, 0)
    cleanUp(t, () => server.close())
    const sim = await startSimulator(t, {
        main: "test/system/programs/borrow-late.ts",
        collector: false,
        settings: {
            SYSLOG_PORT: String(sink.port),
            PAGE_PORT: String(port),
            COUNT: String(LINES),
        },
    })
    const texts: string[] = []
    sim.onEvent(event => {
        if (event.event === "console") texts.push(event.text)
    })
    const stats = await finish(sim, 60_000)
    assert.ok(texts.includes("next: ok"), texts.slice(-9).join("\n"))
    assert.equal(stats.delivered + stats.dropped, LINES)
    await until(
        "all lines",
        () => judge(sink.messages, LINES).silent === 0,
        5000
    ).catch(() => {})
    assert.ok(pages.split("GET /page").length > 2, "it went on")
    const { silent, wrong } = judge(sink.messages, LINES)
    assert.deepEqual({ silent, wrong }, { silent: 0, wrong: 0 })
    assert.ok(!pages.includes("of a test"), pages.slice(0, 1000))
})
