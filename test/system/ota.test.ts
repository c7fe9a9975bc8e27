// rows: O1 O4 O5
import assert from "node:assert/strict"
import { createHmac } from "node:crypto"
import { once } from "node:events"
import { createServer, type Server as NetServer, type Socket } from "node:net"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import type { Server } from "node:http"
import { createServer as createSecureServer } from "node:https"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { describe, test, type TestContext } from "node:test"
import {
    type OtaKey,
    type ServeEvent,
    serveFolder,
    signFile,
} from "../../host/ota/index.ts"
import { composeFile } from "../../host/ota/file.ts"
import { parseHmacKey } from "../../host/ota/keys.ts"
import { type Settings } from "../../host/env/index.ts"
import { certificate } from "../peers/sink.ts"
import { until } from "../peers/ports.ts"
import {
    cleanUp,
    runCli,
    serve,
    startSimulator,
    tempFolder,
} from "./harness.ts"

const PROGRAM = "examples/over-the-air.ts"
const KEY = "5a".repeat(32)
const key: OtaKey = { kind: "hmac", file: "key", key: parseHmacKey(KEY)! }
/** Longest wait for what a board should do, in ms: machines differ. */
const PATIENCE_MS = 150_000

/** A source of updates, and what boards asked of it and told it. */
class Source {
    readonly events: ServeEvent[] = []
    private readonly folder: string
    private readonly server: Server

    private readonly proto: string

    /** @param certified name of the certificate, for TLS */
    private constructor(folder: string, certified?: string) {
        this.folder = folder
        const plain = serveFolder(folder, event => this.events.push(event))
        this.proto = certified ? "https" : "http"
        this.server = plain
        if (!certified) return
        this.server = createSecureServer(
            {
                cert: readFileSync(certificate(`${certified}.pem`)),
                key: readFileSync(certificate(`${certified}.key`)),
            },
            (request, response) => plain.emit("request", request, response)
        )
    }

    static async start(t: TestContext, certified?: string): Promise<Source> {
        const folder = join(tempFolder(t), "served")
        mkdirSync(folder)
        const source = new Source(folder, certified)
        await serve(t, source.server)
        return source
    }

    get url(): string {
        const { port } = this.server.address() as AddressInfo
        return `${this.proto}://127.0.0.1:${port}/a.ota`
    }

    /** Signs settings and puts them where boards find them. */
    async offer(version: number, text: string): Promise<void> {
        const { bytes } = await signFile({
            text: Buffer.from(text),
            name: "a.env",
            version,
            target: { share: 100 },
            keys: [key],
        })
        this.put(bytes)
    }

    put(bytes: Buffer): void {
        writeFileSync(join(this.folder, "a.ota"), bytes)
    }

    /** Waits until a board has asked for a version and got it. */
    async gave(version: number): Promise<void> {
        await until(
            `a board that takes ${version}`,
            () => this.events.some(({ sent }) => sent === version),
            PATIENCE_MS
        )
    }

    /** Forgets what boards have told. */
    forget(): void {
        this.events.length = 0
    }

    /** Waits for the report of a state. */
    async told(version: number, state: string): Promise<string> {
        const found = () =>
            this.events.find(
                ({ method, board }) =>
                    method === "POST" &&
                    board?.version === version &&
                    board.state === state
            )
        await until(
            () =>
                `a report of version ${version} ${state}: ${JSON.stringify(this.events.slice(-5))}`,
            () => found() !== undefined,
            PATIENCE_MS
        )
        return found()!.board!.reason ?? ""
    }
}

/** Signs what `fiberctl ota sign` would refuse, as no board should take it. */
function forced(version: number, text: string): Buffer {
    const header = `#ota version=${version} share=100%\n`
    const bytes = createHmac("sha256", Buffer.from(KEY, "hex"))
        .update(header + text)
        .digest()
    return composeFile(header, [{ kind: "hmac", bytes }], Buffer.from(text))
}

/** Settings of a board that asks this source. */
function settingsFor(source: Source): Settings {
    return {
        OTA_KEY: KEY,
        OTA_URL: source.url,
        OTA_REPORT: source.url,
        OTA_POLL: "5s",
        OTA_PROBATION: "15s",
    }
}

/** A server that answers each connection in one of several wrong ways. */
class BadServer {
    static readonly ways: Record<string, (socket: Socket) => unknown> = {
        "answers 500": socket =>
            socket.end("HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n"),
        "dies in mid-body": socket =>
            socket.end("HTTP/1.1 200 x\r\nContent-Length: 900\r\n\r\n#ota"),
        "sends 10 MB": socket =>
            socket.write("HTTP/1.1 200 x\r\n\r\n" + "x".repeat(10 << 20)),
        "says it sends 10 MB": socket =>
            socket.end("HTTP/1.1 200 x\r\nContent-Length: 10485760\r\n\r\n"),
        "redirects in a circle": socket =>
            socket.end(
                "HTTP/1.1 302 x\r\nLocation: /a.ota\r\nContent-Length: 0\r\n\r\n"
            ),
        hangs: () => {},
        "is slow": socket => {
            socket.write("HTTP/1.1 200 x\r\nContent-Length: 900\r\n\r\n")
            const timer = setInterval(() => socket.write("x"), 500)
            socket.on("close", () => clearInterval(timer))
        },
        "sends no HTTP": socket => socket.end("\0\xff".repeat(2000)),
        "sends rubbish": socket =>
            socket.end("HTTP/1.1 200 x\r\nContent-Length: 4\r\n\r\n\n\n\n\n"),
        "closes at once": socket => socket.destroy(),
    }
    mode = "answers 500"
    private readonly counts = new Map<string, number>()
    private readonly server: NetServer
    private readonly sockets = new Set<Socket>()

    private constructor() {
        this.server = createServer(socket => {
            this.sockets.add(socket)
            socket.on("close", () => this.sockets.delete(socket))
            socket.on("error", () => {})
            socket.once("data", () => {
                const { mode } = this
                this.counts.set(mode, (this.counts.get(mode) ?? 0) + 1)
                BadServer.ways[mode](socket)
            })
        })
    }

    static async start(t: TestContext): Promise<BadServer> {
        const bad = new BadServer()
        bad.server.listen(0, "127.0.0.1")
        await once(bad.server, "listening")
        cleanUp(t, () => {
            for (const socket of bad.sockets) socket.destroy()
            bad.server.close()
        })
        return bad
    }

    get url(): string {
        const { port } = this.server.address() as AddressInfo
        return `http://127.0.0.1:${port}/a.ota`
    }

    /** Waits until boards have asked `count` times. */
    async asked(mode: string, count: number): Promise<void> {
        await until(
            `a board that asks: ${mode}`,
            () => (this.counts.get(mode) ?? 0) >= count,
            PATIENCE_MS
        )
    }
}

/** Versions that no board should keep: their text, what becomes of them, and why. */
const BROKEN: Record<string, [string, string, RegExp][]> = {
    "logging and keys": [
        ["LOG_LEVEL=none\n", "rolled-back", /^no line reaches the collector$/],
        [
            `OTA_KEY=${"ee".repeat(32)}\n`,
            "refused",
            /no key that counts after it has signed it$/,
        ],
        ["LOG_LEVEL=what\n", "refused", /LOG_LEVEL \(line 1\): /],
    ],
    "their source": [
        [
            "OTA_URL=\n",
            "rolled-back",
            /^source out of reach: OTA_URL is empty$/,
        ],
        [
            "OTA_URL=http://127.0.0.1:1/x\n",
            "rolled-back",
            /^source out of reach: 127\.0\.0\.1: /,
        ],
    ],
}

function halves<T>(list: T[]): T[][] {
    const middle = Math.ceil(list.length / 2)
    return [list.slice(0, middle), list.slice(middle)]
}

// boards that mostly wait
describe("updates over the air", { concurrency: 5 }, () => {
    test("a board pulls a file, proves it, and takes back what it cannot", async t => {
        const source = await Source.start(t)
        await source.offer(1, "# first\nGREET_EVERY=3s\n")
        const sim = await startSimulator(t, {
            main: PROGRAM,
            settings: settingsFor(source),
        })
        await source.told(1, "probation")
        await source.told(1, "active")
        const pulls = source.events.filter(event => event.method === "GET")
        assert.ok(pulls.some(event => event.status === 304))
        assert.match(
            pulls.at(-1)!.board?.device ?? "",
            /^[0-9a-f]{16}$/,
            "a board names itself"
        )

        await source.offer(2, "SYSLOG_HOST=127.0.0.1\nSYSLOG_PORT=1\n")
        await source.told(2, "probation")
        const reason = await source.told(1, "rolled-back")
        assert.equal(reason, "no line reaches the collector")
        // the source has that version still, which is no news
        await until(
            "a board that knows what the source has",
            () =>
                source.events.some(
                    ({ status, board }) =>
                        status === 304 && board?.state === "rolled-back"
                ),
            PATIENCE_MS
        )
        const refused = source.events.filter(
            ({ board }) => board?.state === "refused"
        )
        assert.deepEqual(refused, [])

        await source.offer(3, "GREET_EVERY=4s\n")
        await source.told(3, "active")
        await sim.waitFor(
            "syslog",
            ({ line }) => line.includes('config="3" state="active"'),
            PATIENCE_MS
        )
        const events = sim.past("syslog")
        const states = events.flatMap(({ line }) => {
            const match = / config="(\d+)" state="([a-z-]+)"/.exec(String(line))
            return match ? [`${match[1]} ${match[2]}`] : []
        })
        assert.ok(states.includes("1 active"), states.join())
        assert.ok(states.includes("1 rolled-back"), states.join())
        assert.ok(states.includes("3 active"), states.join())
    })

    test("over TLS a board takes a file from a server that it trusts, and from no other", async t => {
        const source = await Source.start(t, "collector")
        await source.offer(1, "HOSTNAME=tls\n")
        const settings = settingsFor(source)
        const caFile = certificate("ca.pem")
        await startSimulator(t, { main: PROGRAM, settings, caFile })
        await source.told(1, "active")
        const gets = source.events.length
        const wary = await startSimulator(t, { main: PROGRAM, settings })
        await wary.waitFor(
            "console",
            ({ text }) => /no update: 127\.0\.0\.1: .*certificate/.test(text),
            PATIENCE_MS
        )
        const seen = source.events.slice(gets).map(({ board }) => board?.device)
        assert.ok(!seen.includes(undefined))
    })

    for (const [what, broken] of Object.entries(BROKEN))
        test(`versions that break ${what} are taken back or refused, and say why`, async t => {
            const source = await Source.start(t)
            await source.offer(1, "GREET_EVERY=3s\n")
            const sim = await startSimulator(t, {
                main: PROGRAM,
                settings: settingsFor(source),
            })
            await source.told(1, "active")
            for (const [at, [text, state, reason]] of broken.entries()) {
                const version = at + 2
                const since = Date.now()
                source.forget()
                source.put(forced(version, text))
                await source.gave(version)
                source.forget()
                assert.match(await source.told(1, state), reason)
                const seconds = Math.round((Date.now() - since) / 1000)
                console.log(
                    `# ${text.trim().split("\n")[0]}: ${state} after ${seconds} s`
                )
                assert.ok(seconds < 300)
            }
            await source.offer(9, "GREET_EVERY=2s\n")
            await source.told(9, "active")
            assert.deepEqual(sim.past("panic"), [])
        })

    test("a report that hangs holds up neither its task nor an update, whose restart is no panic", async t => {
        const server = await BadServer.start(t)
        server.mode = "hangs"
        const sim = await startSimulator(t, {
            main: PROGRAM,
            settings: {
                OTA_KEY: KEY,
                OTA_REPORT: server.url,
                OTA_PROBATION: "10s",
            },
        })
        await server.asked("hangs", 1)
        const state = sim.stateFolder
        const again = await runCli(["restart", "ota", "--state", state])
        assert.equal(again.code, 0, again.stderr)
        // the task has ended its request instead of being left behind in it
        assert.doesNotMatch(sim.consoleLines.join("\n"), /did not stop/)
        const file = join(tempFolder(t), "a.ota")
        writeFileSync(file, forced(1, "GREETING=one\n"))
        const push = await runCli(["ota", "push", file, "--state", state])
        assert.equal(push.code, 0, push.stderr)
        const ends = sim.consoleLines.flatMap(
            line => /last end: (\w+)/.exec(line)?.[1] ?? []
        )
        assert.deepEqual(ends, ["first", "restart"])
    })

    for (const modes of halves(Object.keys(BadServer.ways)))
        test(`bad servers cost a bounded time, and no line is lost: ${modes[0]} ...`, async t => {
            const server = await BadServer.start(t)
            const sim = await startSimulator(t, {
                main: PROGRAM,
                settings: {
                    GREET_EVERY: "250ms",
                    OTA_KEY: KEY,
                    OTA_URL: server.url,
                    OTA_POLL: "5s",
                },
            })
            for (const mode of modes) {
                server.mode = mode
                await server.asked(mode, 2)
            }
            // after all of that it still takes a line
            const last = sim.at
            await sim.waitFor("syslog", () => true, PATIENCE_MS, last)
            assert.deepEqual(sim.past("panic"), [])
            assert.equal(sim.past("boot").length, 1)
            const numbers = sim
                .past("syslog")
                .map(({ line }) => Number(/sequenceId="(\d+)"/.exec(line)?.[1]))
            assert.ok(numbers.length > 50)
            assert.deepEqual(
                [...new Set(numbers)].sort((a, b) => a - b),
                Array.from({ length: Math.max(...numbers) }, (_, at) => at + 1),
                "no line is missing"
            )
            console.log(
                `# ${modes.length} kinds of bad servers, ${numbers.length} lines, none lost`
            )
        })
})
