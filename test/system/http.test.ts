// rows: O1
import assert from "node:assert/strict"
import { createServer, type Socket } from "node:net"
import { test, type TestContext } from "node:test"
import { listen } from "../../host/sim/listen.ts"
import { expectedOutcome, httpAnswer } from "../peers/http-answers.ts"
import { finish } from "../peers/programs.ts"
import { cleanUp, startSimulator } from "./harness.ts"

/** Answers from a seed, and the seed of the first. */
const ANSWERS = Number(process.env["ANSWERS"] ?? 200)
const SEED = Number(process.env["SEED"] ?? 1)

/** What the program prints of a request. */
interface Got {
    status?: number
    error?: string
    etag?: string
    body: string
}

/**
 * Has a board ask for pages 1 to `count` of a server.
 * @param serve sends the answer for a page
 */
async function askFor(
    t: TestContext,
    count: number,
    serve: (socket: Socket, page: number) => void
): Promise<Got[]> {
    const server = createServer(socket => {
        cleanUp(t, () => socket.destroy())
        socket.on("error", () => {})
        socket.once("data", data => {
            const [, page] = /^GET \/(\d+) /.exec(data.toString())!
            serve(socket, Number(page))
        })
    })
    const port = await listen(server, 0)
    cleanUp(t, () => server.close())
    const sim = await startSimulator(t, {
        main: "test/system/programs/http-get.ts",
        collector: false,
        history: count + 1000,
        settings: {
            PAGE_PORT: String(port),
            COUNT: String(count),
        },
    })
    await finish(sim, 120_000)
    const got: Got[] = []
    let body = ""
    for (const text of sim.consoleLines) {
        const [, , part, outcome] =
            /^(\d+) (?:\+ (\w+)|(\{.*))$/.exec(text) ?? []
        if (part) body += part
        if (!outcome) continue
        got.push({ ...(JSON.parse(outcome) as Got), body })
        body = ""
    }
    return got
}

test("whatever a server answers, a client takes what RFC 9112 says, and nothing else", async t => {
    const got = await askFor(t, ANSWERS, (socket, page) =>
        socket.end(httpAnswer(SEED + page))
    )
    assert.equal(got.length, ANSWERS)
    for (const [i, { status, etag, body, error }] of got.entries()) {
        const seed = SEED + i + 1
        const expected = expectedOutcome(httpAnswer(seed))
        const context = `seed ${seed}: ${JSON.stringify(got[i])}, wanted ${JSON.stringify(expected)}`
        assert.equal(status, expected.status, context)
        assert.equal(error === undefined, status !== undefined, context)
        if (status === undefined) {
            // a fault may be seen before the end of what is good
            assert.ok(expected.body.toString("hex").startsWith(body), context)
            continue
        }
        assert.equal(etag, expected.etag, context)
        assert.equal(body, expected.body.toString("hex"), context)
    }
})

test("a server of the smallest chunks does not restart the board", async t => {
    const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    const [small, end] = await askFor(t, 2, (socket, page) =>
        socket.end(head + (page === 1 ? "1\nx\n".repeat(300) : "") + "0\n\n")
    )
    assert.equal(small!.error, "127.0.0.1: too many small chunks")
    assert.equal(end!.status, 200)
})
