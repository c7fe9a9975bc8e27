// rows: A5
import assert from "node:assert/strict"
import { type IncomingMessage, request } from "node:http"
import test, { type TestContext } from "node:test"
import { gzipSync } from "node:zlib"
import { startWeb, type WebOptions } from "../../host/web/index.ts"
import { Access } from "../../host/web/server/access.ts"
import { freePort } from "../peers/ports.ts"
import { cleanUp, runCli } from "../system/harness.ts"

const DEVICE = "0123456789abcdef"
/** The whole page, zipped. */
const MAX_PAGE_BYTES = 150_000

interface Answer {
    status: number
    body: string
    headers: Record<string, unknown>
}

/** A console without a board. @returns its address */
async function startConsole(
    t: TestContext,
    options: WebOptions = {}
): Promise<URL> {
    // nobody listens there: port 1 needs rights that a test does not use
    const web = await startWeb({ bus: "127.0.0.1:1" }, { port: 0, ...options })
    cleanUp(t, () => web.close())
    assert.match(web.missing ?? "", /no bus at/)
    return new URL(web.url)
}

function ask(
    url: URL,
    path: string,
    headers: Record<string, string> = {},
    body?: string
): Promise<Answer> {
    return new Promise((resolve, reject) => {
        const asked = request(
            new URL(path, url),
            {
                method: body === undefined ? "GET" : "POST",
                headers:
                    body === undefined
                        ? headers
                        : { "content-type": "application/json", ...headers },
            },
            answer => {
                let text = ""
                answer.on("data", data => (text += data))
                answer.on("end", () =>
                    resolve({
                        status: answer.statusCode!,
                        body: text,
                        headers: answer.headers,
                    })
                )
            }
        )
        asked.on("error", reject)
        asked.end(body)
    })
}

const TASK = `/api/boards/${DEVICE}/task`

test("another page may not drive a board", async t => {
    const url = await startConsole(t)
    const action = JSON.stringify({ verb: "stop", name: "x" })
    // as from the console's own page: the board is not there
    const own = await ask(url, TASK, { origin: url.origin }, action)
    assert.equal(own.status, 404)
    for (const headers of [
        { origin: "http://evil.example" },
        { origin: "null" },
        { origin: `http://127.0.0.1:${Number(url.port) + 1}` },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
        { host: `evil.example:${url.port}` },
        { host: "127.0.0.1" },
        { host: `127.0.0.1:${Number(url.port) + 1}` },
    ] as Record<string, string>[])
        for (const [path, body] of [
            [TASK, action],
            ["/api/events", undefined],
            [`/api/boards/${DEVICE}/settings`, undefined],
        ] as const) {
            const { status } = await ask(url, path, headers, body)
            assert.equal(status, 403, `${path} ${JSON.stringify(headers)}`)
        }
    // a link on another page may open the console
    const opened = await ask(url, "/", {
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "navigate",
    })
    assert.equal(opened.status, 200)
    assert.match(
        String(opened.headers["content-security-policy"]),
        /default-src 'none'.*frame-ancestors 'none'/
    )
})

test("what is no request of the page is refused", async t => {
    const url = await startConsole(t)
    const status = async (path: string) => (await ask(url, path)).status
    assert.equal(await status("/main.ts"), 404)
    assert.equal(await status("/api/boards/x/settings"), 404)
    assert.equal(await status(`/api/boards/${DEVICE}/constructor`), 404)
})

test("who asks for the head of the page, as a watchdog does, is told that it is there", async t => {
    const url = await startConsole(t)
    const { status, headers } = await fetch(url, { method: "HEAD" })
    assert.equal(status, 200)
    assert.equal(headers.get("content-type"), "text/html; charset=utf-8")
})

test("beyond this machine each request needs the token", async t => {
    const url = await startConsole(t, { host: "127.0.0.1" })
    const token = url.searchParams.get("token")!
    assert.match(token, /^[\w-]{32}$/)
    for (const path of ["/", "/main.js", "/api/events", TASK, "/?token=x"]) {
        assert.equal((await ask(url, path)).status, 401, path)
        const wrong = { authorization: `Bearer ${token.slice(1)}` }
        assert.equal((await ask(url, path, wrong)).status, 401, path)
    }
    const bearer = { authorization: `Bearer ${token}` }
    assert.equal((await ask(url, "/", bearer)).status, 200)
    const letIn = await ask(url, `/?token=${token}`)
    assert.equal(letIn.status, 303)
    assert.equal(new URL(String(letIn.headers.location), url).pathname, "/")
    const [cookie] = letIn.headers["set-cookie"] as string[]
    assert.match(cookie!, /; HttpOnly; SameSite=Strict;/)
    const pair = { cookie: cookie!.split(";")[0]! }
    assert.equal((await ask(url, "/main.js", pair)).status, 200)
    // the token does not let another page in
    const foreign = { ...pair, origin: "http://evil.example" }
    assert.equal((await ask(url, "/api/events", foreign)).status, 403)
})

test("a proxy may have the console at its own address", async t => {
    const proxy = new URL("https://roof.example/console/")
    const port = await freePort()
    const printed = await startConsole(t, { port, proxy })
    assert.equal(printed.origin + printed.pathname, proxy.href)
    const server = new URL(`http://127.0.0.1:${port}/`)
    const letIn = await ask(server, `/${printed.search}`)
    const place = new URL(String(letIn.headers.location), proxy)
    assert.equal(place.href, proxy.href)
    const [cookie] = letIn.headers["set-cookie"] as string[]
    assert.match(cookie!, /; Secure$/)
    const pair = { cookie: cookie!.split(";")[0]! }
    for (const host of ["roof.example", server.host]) {
        const own = { ...pair, host, origin: proxy.origin }
        assert.equal((await ask(server, TASK, own, "{}")).status, 404, host)
        const { origin } = own
        assert.equal((await ask(server, TASK, { host, origin })).status, 401)
        const other = { ...own, origin: "https://evil.example" }
        assert.equal((await ask(server, TASK, other, "{}")).status, 403)
    }
    const { status } = await ask(server, TASK, {
        ...pair,
        host: "evil.example",
    })
    assert.equal(status, 403)
})

test("a host is known however it was written", () => {
    for (const [host, sent] of [
        ["Roof.Local", "roof.local"],
        ["fe80:0::0001", "[fe80::1]"],
        ["192.168.7", "192.168.0.7"],
        ["::", "[fe80::1]"],
    ]) {
        const access = new Access(host)
        access.listensOn(8383)
        const headers = {
            host: `${sent}:8383`,
            authorization: `Bearer ${access.token}`,
        }
        const request = { method: "GET", headers } as IncomingMessage
        assert.equal(access.refusal(request), undefined, host)
        headers.host = "other.local:8383"
        assert.equal(access.refusal(request)?.status, 403)
    }
})

test("an empty address is no way beyond this machine", async t => {
    const url = await startConsole(t, { host: "" })
    assert.equal(url.hostname, "127.0.0.1")
    const tool = await runCli(["web", "--host", ""])
    assert.equal(tool.code, 2)
    assert.match(tool.stderr, /--host .* an address is wanted/)
})

test("the page is small and fetches nothing from elsewhere", async t => {
    const url = await startConsole(t)
    const html = await ask(url, "/")
    const paths = [...html.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
        ([, path]) => path!
    )
    assert.deepEqual(paths.sort(), ["icon.svg", "main.css", "main.js"])
    const files = [html]
    for (const path of paths) files.push(await ask(url, path))
    const bytes = files.reduce(
        (sum, { body }) => sum + gzipSync(body).length,
        0
    )
    t.diagnostic(`${bytes} bytes zipped`)
    assert.ok(bytes < MAX_PAGE_BYTES, `${bytes} bytes`)
    for (const { body } of files)
        assert.doesNotMatch(
            body,
            /(src|href)="(https?:)?\/\/|url\(|@import|import\(/
        )
})
