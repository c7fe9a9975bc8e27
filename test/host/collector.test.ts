// rows: B3
import assert from "node:assert/strict"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { describe, test, type TestContext } from "node:test"
import { UsageError } from "../../host/errors.ts"
import {
    Collector,
    FramingDecoder,
    FramingError,
    type SyslogLine,
} from "../../host/sim/index.ts"

const UMLAUT = "<14>1 - - - - - - grün\nzwei"

function octet(message: string): string {
    return `${Buffer.byteLength(message)} ${message}`
}

function decode(chunks: (string | Buffer)[]): SyslogLine[] {
    const decoder = new FramingDecoder()
    const taken: SyslogLine[] = []
    for (const chunk of chunks)
        decoder.push(Buffer.from(chunk as string), line => taken.push(line))
    decoder.end()
    return taken
}

describe("syslog framing", () => {
    test("octet counting counts bytes, and takes line ends as they are", () => {
        assert.deepEqual(decode([octet(UMLAUT) + octet("<0>x")]), [
            { line: UMLAUT, framing: "octet" },
            { line: "<0>x", framing: "octet" },
        ])
    })

    test("LF framing splits at line ends", () => {
        assert.deepEqual(decode(["<1>a\n<2>b c\n"]), [
            { line: "<1>a", framing: "lf" },
            { line: "<2>b c", framing: "lf" },
        ])
    })

    test("a message may come byte by byte", () => {
        for (const text of [octet(UMLAUT) + octet("<2>b"), "<1>grün\n<2>b\n"]) {
            const bytes = [...Buffer.from(text)].map(b => Buffer.from([b]))
            assert.deepEqual(decode(bytes), decode([text]))
        }
    })

    test("takes the largest message, and none larger", () => {
        const largest = "<" + "x".repeat(8191)
        assert.equal(decode([octet(largest)])[0].line, largest)
        assert.equal(decode([largest + "\n"])[0].line, largest)
        assert.throws(
            () => decode([octet(largest + "y")]),
            /8193 bytes or more/
        )
        assert.throws(() => decode([largest + "y"]), /8193 bytes or more/)
    })

    const malformed: [string, RegExp][] = [
        ["hello\n", /must start with "<" or its length, got byte 0x68/],
        ["0 <1>a", /got byte 0x30/],
        ["5<1>abc", /a message length was expected/],
        ["5x <1>abc", /a message length was expected, got "5x"/],
        ["99999 <1>", /a message length was expected|99999 bytes/],
        ["123456", /a message length was expected, got "12345"/],
        ["4 <1>a\n5 <1>bc", /a message length was expected, got "\\n5"/],
        ["<1>a\n5 <1>bc", /must start with "<", got byte 0x35/],
        ["<1>a\n\n", /must start with "<", got byte 0x0a/],
        ["10 <1>a", /ended within a message \(7 bytes of it came\)/],
        ["<1>a", /ended within a message/],
    ]
    for (const [text, message] of malformed)
        test(`refuses ${JSON.stringify(text)}`, () => {
            assert.throws(
                () => decode([text]),
                error => {
                    assert.ok(error instanceof FramingError)
                    assert.match(error.message, message)
                    return true
                }
            )
        })
})

describe("collector", () => {
    test("tells framings apart per connection, and closes one that breaks them", async t => {
        const { collector, lines, problems, arrival } = await start(t)
        const one = await dial(collector.port)
        const two = await dial(collector.port)
        const three = await dial(collector.port)
        one.write(octet("<1>one"))
        two.write("<2>two\n")
        await arrival(2)
        assert.deepEqual(lines.map(l => `${l.line} ${l.framing}`).sort(), [
            "<1>one octet",
            "<2>two lf",
        ])
        three.write("nonsense")
        await once(three, "close")
        assert.equal(problems.length, 1)
        one.write(octet("<1>still here"))
        await arrival(3)
        assert.equal(collector.connections, 2)
    })

    test("comes back on the same port", async t => {
        const { collector, lines, arrival } = await start(t)
        const { port } = collector
        const before = await dial(port)
        await collector.stop()
        await once(before, "close")
        await assert.rejects(dial(port), /ECONNREFUSED/)
        assert.equal(await collector.start(), port)
        const after = await dial(port)
        after.write("<1>back\n")
        await arrival(1)
        assert.equal(lines[0].line, "<1>back")
    })

    test("reads nothing while it is paused", async t => {
        const { collector, lines, arrival } = await start(t)
        const socket = await dial(collector.port)
        socket.write("<1>a\n")
        await arrival(1)
        collector.pause()
        // far more than the buffers of a connection hold: the rest waits at the sender
        const flood = "<1>b\n".repeat(2_000_000)
        assert.equal(socket.write(flood), false)
        await new Promise(resolve => setImmediate(resolve))
        assert.ok(socket.writableLength > 0)
        assert.equal(lines.length, 1)
        collector.resume()
        await arrival(1000)
    })

    test("says which port is in use", async t => {
        const { collector } = await start(t)
        const other = new Collector({ syslog() {}, malformed() {} })
        await assert.rejects(other.start(collector.port), error => {
            assert.ok(error instanceof UsageError)
            assert.equal(error.message, `port ${collector.port} is in use`)
            return true
        })
    })
})

async function start(t: TestContext) {
    const lines: SyslogLine[] = []
    const problems: string[] = []
    let wake = () => {}
    const collector = new Collector({
        syslog: line => {
            lines.push(line)
            wake()
        },
        malformed: problem => problems.push(problem),
    })
    await collector.start()
    t.after(() => collector.stop())
    const arrival = (count: number) =>
        new Promise<void>(resolve => {
            wake = () => lines.length >= count && resolve()
            wake()
        })
    return { collector, lines, problems, arrival }
}

async function dial(port: number): Promise<Socket> {
    const socket = connect(port, "127.0.0.1")
    await once(socket, "connect")
    socket.on("error", () => {
        // the collector may cut the connection; "close" follows
    })
    return socket
}
