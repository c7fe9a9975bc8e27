// rows: A3 A4
import assert from "node:assert/strict"
import { createServer, type Socket } from "node:net"
import test, { type TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { connect } from "../../host/client/index.ts"
import { listen } from "../../host/sim/listen.ts"
import { until } from "../peers/ports.ts"
import { Mosquitto, noMosquitto } from "../peers/mosquitto.ts"
import { Cli, cleanUp, runCli, startSimulator } from "./harness.ts"

const main = "test/system/programs/remote-count.ts"
/** Lines that the program logs, every 40 ms. */
const LINES = 100

/** A broker with a subscriber, a board, and `fiberctl pipe log` from one to the other. */
async function startPipe(t: TestContext) {
    const broker = await Mosquitto.start(t)
    const topic = "boards/1/log"
    const messages = await broker.subscribe(t, topic)
    const sim = await startSimulator(t, { main })
    const args = [
        ...["pipe", "log", "--mqtt", broker.url, "--topic", topic],
        ...["--state", sim.stateFolder!],
    ]
    const cli = new Cli(args)
    cleanUp(t, () => cli.signal("SIGKILL"))
    return { broker, messages, sim, args, cli }
}

/**
 * A server for brokers of a few bytes.
 * @param answer called at the first packet of a connection, which is CONNECT
 * @returns its port
 */
async function startBroker(
    t: TestContext,
    answer: (socket: Socket) => void
): Promise<number> {
    const server = createServer(socket => {
        socket.on("error", () => {})
        socket.once("data", () => answer(socket))
    })
    const port = await listen(server, 0)
    cleanUp(t, () => server.close())
    return port
}

test(
    "the log goes to a broker, each line once and in order, over a cut",
    { skip: noMosquitto },
    async t => {
        const { broker, messages, args, cli } = await startPipe(t)
        await until("lines at the broker", () => messages.length > 20, 60_000)
        await broker.stop()
        await sleep(300)
        await broker.run()
        await until(
            "the last line at the broker",
            () => messages.some(text => text.endsWith(`line ${LINES}`)),
            60_000
        )
        cli.signal("SIGINT")
        const { code, stdout } = await cli.done
        assert.equal(code, 0)
        assert.match(stdout, /\d+ lines sent, go on with --from \d+/)
        const numbers = messages
            .map(text => /line (\d+)$/.exec(text)?.[1])
            .filter(number => number !== undefined)
            .map(Number)
        assert.deepEqual(
            numbers,
            Array.from({ length: LINES }, (_, i) => i + 1)
        )
        const [, next] = /--from (\d+)/.exec(stdout)!
        const more = await runCli([
            ...args,
            ...["--once", "--from", next!, "--json"],
        ])
        assert.equal(more.code, 0, more.stderr)
        const result = JSON.parse(more.stdout)
        assert.equal(result.next, Number(next) + result.sent)
    }
)

test(
    "a file goes to a broker, from a cursor on",
    { skip: noMosquitto },
    async t => {
        const broker = await Mosquitto.start(t)
        const messages = await broker.subscribe(t, "errors")
        const sim = await startSimulator(t, {
            main: "test/system/programs/remote.ts",
        })
        const board = await connect({ state: sim.stateFolder })
        cleanUp(t, () => board.disconnect())
        while (!(await board.file("error.log")).length) await sleep(100)
        const pipe = async (...args: string[]) => {
            const { code, stdout, stderr } = await runCli([
                ...["pipe", "file", "error.log", "--mqtt", broker.url],
                ...["--topic", "errors", "--state", sim.stateFolder!],
                ...args,
            ])
            assert.equal(code, 0, stderr)
            return stdout
        }
        const json = async (...args: string[]) =>
            JSON.parse(await pipe("--json", ...args)) as {
                sent: number
                next: number
            }
        const first = await json()
        assert.equal(first.sent, 1)
        await until("the line at the broker", () => messages.length === 1)
        assert.match(messages[0]!, /the cable is loose/)
        assert.deepEqual(await json("--from", String(first.next)), {
            sent: 0,
            next: first.next,
        })
        assert.equal(
            await pipe("--from", String(first.next)),
            `0 lines sent, go on with --from ${first.next}\n`
        )
    }
)

test(
    "a pipe ends when it is told to, whatever its broker does, and says where to go on",
    { skip: noMosquitto },
    async t => {
        const { broker, messages, args, cli } = await startPipe(t)
        await until("lines at the broker", () => messages.length > 10, 60_000)
        broker.freeze(true)
        await sleep(300)
        // as when a terminal is closed
        cli.signal("SIGHUP")
        const { code, stdout, stderr } = await cli.done
        broker.freeze(false)
        assert.equal(code, 0, stderr)
        const [, sent, next] =
            /^(\d+) lines sent, go on with --from (\d+)/.exec(stdout)!
        assert.equal(sent, next)
        assert.ok(Number(sent) > 10)
        if (Number(sent) < LINES)
            assert.match(stderr, /the broker has not confirmed the last line/)

        // the ring of a board that has started again begins with its first line
        const more = await runCli([...args, ...["--once", "--from", "999"]])
        assert.equal(more.code, 0, more.stderr)
        assert.match(more.stderr, /^fiberctl: the board has started again/)
        assert.ok(!more.stdout.startsWith("0 lines"), more.stdout)
    }
)

test(
    "a pipe says that its board is lost, and ends when it is told to",
    { skip: noMosquitto },
    async t => {
        const { messages, sim, cli } = await startPipe(t)
        await until("lines at the broker", () => messages.length > 0, 60_000)
        await sim.stop()
        await cli.waitForError(/the board is lost, waiting for it/)
        cli.signal("SIGTERM")
        const { code, stdout } = await cli.done
        assert.equal(code, 0)
        assert.match(stdout, /^\d+ lines sent, go on with --from \d+\n$/)
    }
)

test("a broker that ends each connection at a line is an error, with where to go on", async t => {
    const port = await startBroker(t, socket => {
        // CONNACK to the first packet; the second is a line
        socket.write(Buffer.from([0x20, 2, 0, 0]))
        socket.once("data", () => socket.destroy())
    })
    const sim = await startSimulator(t, { main })
    const { code, stderr } = await runCli([
        ...["pipe", "log", "--mqtt", `mqtt://127.0.0.1:${port}`],
        ...["--topic", "not/mine", "--state", sim.stateFolder!],
    ])
    assert.equal(code, 1)
    assert.match(stderr, /0 lines sent, go on with --from 0\n/)
    assert.match(
        stderr,
        /fiberctl: the broker ends the connection at each line for the topic "not\/mine"\n$/
    )
})

test("a broker that refuses the login is named without the password", async t => {
    const port = await startBroker(t, socket =>
        socket.end(Buffer.from([0x20, 2, 0, 5]))
    )
    const sim = await startSimulator(t, { main })
    const { code, stderr } = await runCli([
        ...["pipe", "log", "--mqtt", `mqtt://bob:secret@127.0.0.1:${port}`],
        ...["--topic", "x", "--state", sim.stateFolder!],
    ])
    assert.equal(code, 1)
    assert.match(
        stderr,
        /^fiberctl: the MQTT broker at "mqtt:\/\/bob:\*\*\*@127\.0\.0\.1:\d+" refuses: .*Not authorized\n$/
    )
})

test("what is no topic to publish to is exit code 2", async () => {
    for (const topic of ["boards/#", "+/log", ""]) {
        const { code, stderr } = await runCli([
            ...["pipe", "log", "--mqtt", "mqtt://127.0.0.1", "--topic", topic],
        ])
        assert.equal(code, 2)
        assert.match(stderr, /^fiberctl: .*without \+ and # are wanted/)
    }
})

test("what is no address of a broker is exit code 2", async () => {
    for (const url of ["nonsense", "http://127.0.0.1", "mqtt://"]) {
        const { code, stderr } = await runCli([
            ...["pipe", "log", "--mqtt", url, "--topic", "x"],
        ])
        assert.equal(code, 2)
        assert.match(stderr, /^fiberctl: .*mqtt:\/\/, mqtts:\/\/.* wanted/)
    }
})

test("no broker is one line and exit code 1", async t => {
    const sim = await startSimulator(t, {
        main: "test/system/programs/remote.ts",
    })
    const { code, stderr } = await runCli([
        ...["pipe", "log", "--mqtt", "mqtt://127.0.0.1:9", "--topic", "x"],
        ...["--state", sim.stateFolder!],
    ])
    assert.equal(code, 1)
    assert.match(
        stderr,
        /^fiberctl: no MQTT broker at "mqtt:\/\/127\.0\.0\.1:9"/
    )
})
