// rows: N3
import assert from "node:assert/strict"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { test } from "node:test"
import { startSimulator } from "./harness.ts"

test("the clock is set by the Date of a web server, as soon as it has one", async t => {
    let date: string | undefined
    const server = createServer(({ url }, response) => {
        if (url?.endsWith("&hangs")) return
        response.sendDate = false
        if (date && !url?.endsWith("&bare")) response.setHeader("Date", date)
        response.end("hello")
    })
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    t.after(() => server.close().closeAllConnections())
    const { port } = server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/small?page`
    const sim = await startSimulator(t, {
        main: "test/system/programs/web-clock.ts",
        settings: { TIME_URL: url, TIME_POLL: "1m" },
    })
    const { text } = await sim.waitFor("console", e =>
        e.text.includes("no time")
    )
    assert.match(text, /\[clock.service\] no time: the answer has no Date$/)

    date = "Sun, 06 Nov 2011 08:49:37 GMT"
    await sim.restart()
    await sim.waitFor("console", e =>
        e.text.endsWith("no time: the Date of the answer is before 2025")
    )

    date = "Sun, 06 Nov 2039 08:49:37 GMT"
    await sim.restart()
    await sim.waitFor("console", e =>
        /^2039-11-06T08:49:3\d.*\[system\] time known, from http$/.test(e.text)
    )
    await sim.waitFor("console", e =>
        /^2039-11-06T.*no time: the answer has no Date$/.test(e.text)
    )
    await sim.waitFor("console", e =>
        /no time: 127.0.0.1: connect ECONNREFUSED 127.0.0.1:1$/.test(e.text)
    )
    await sim.waitFor("console", e => e.text.endsWith("clock is disabled"))
    await sim.waitFor("console", e => e.text.endsWith("clock is gone"))
    assert.doesNotMatch(sim.consoleLines.join("\n"), /did not stop/)
    assert.deepEqual(sim.past("panic"), [])
})
