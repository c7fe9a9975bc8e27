// rows: A1
import assert from "node:assert/strict"
import { EventEmitter } from "node:events"
import { readFileSync } from "node:fs"
import { createServer } from "node:net"
import test, { type TestContext } from "node:test"
import {
    encodeRequest,
    Event,
    Kind,
    MAX_ARGUMENT_BYTES,
    Operation,
    parseJson,
    REQUEST,
    SERVICE_CLASS,
    SERVICE_INDEX,
    splitItems,
} from "../../host/client/protocol.ts"
import { Board } from "../../host/client/board.ts"
import type { Run } from "../../host/client/follow.ts"
import type { Link } from "../../host/client/link.ts"
import { readHistory } from "../../host/client/log-lines.ts"
import { programDevice } from "../../host/bus/index.ts"
import { buildProgram } from "../../host/sim/index.ts"
import { listen } from "../../host/sim/listen.ts"
import { runCli } from "../system/harness.ts"

/** A service as the DeviceScript tool writes it to `.devicescript/services.json`. */
interface ServiceSpec {
    name: string
    classIdentifier: number
    enums: Record<string, { members: Record<string, number> }>
    packets: { kind: string; name: string; identifier: number }[]
}

test("a server of something else is a bus without a board, in one line", async t => {
    const noise = Buffer.concat([
        Buffer.alloc(300, "HTTP/1.1 400 Bad Request\r\n"),
        Buffer.of(0xff, 200, 1),
        Buffer.alloc(456, "a message of the tool"),
        Buffer.alloc(500),
    ])
    const server = createServer(socket => {
        socket.on("error", () => {})
        socket.write(noise)
    })
    const port = await listen(server, 0)
    t.after(() => server.close())
    const run = await runCli(["status", "--bus", `127.0.0.1:${port}`])
    assert.equal(
        run.stderr,
        "fiberctl: there is no board with fiberd on this bus\n"
    )
    assert.equal(run.code, 3)
})

test("the client's numbers are those of the specification", async () => {
    await buildProgram("test/system/programs/remote.ts")
    const services = JSON.parse(
        readFileSync(".devicescript/services.json", "utf8")
    ) as ServiceSpec[]
    const spec = services.find(service => service.name === "Fiberd")!
    assert.equal(spec.classIdentifier, SERVICE_CLASS)
    assert.deepEqual(spec.enums.Operation!.members, Operation)
    assert.deepEqual(spec.enums.Kind!.members, Kind)
    const code = (kind: string, name: string) =>
        spec.packets.find(p => p.kind === kind && p.name === name)?.identifier
    assert.equal(code("command", "request"), REQUEST)
    assert.equal(code("report", "request"), REQUEST)
    assert.equal(code("event", "lines"), Event.Lines)
    assert.equal(code("event", "tasks"), Event.Tasks)
})

test("the device of the program's services is that of the VM's formula", () => {
    assert.equal(programDevice("f97413f874314537"), "0127088dd37867ec")
    assert.equal(
        programDevice(programDevice("0123456789abcdef")),
        "0123456789abcdef"
    )
})

test("JSON of both VMs is read alike", () => {
    const raw = Buffer.from('{"a":"Küche \\\\u00c3 \\"€\\n"}')
    const escaped = Buffer.from(
        '{"a":"K\\u00c3\\u00bcche \\\\u00c3 \\"\\u00e2\\u0082\\u00ac\\n"}'
    )
    const expected = { a: 'Küche \\u00c3 "€\n' }
    assert.deepEqual(parseJson(raw), expected)
    assert.deepEqual(parseJson(escaped), expected)
    assert.deepEqual(parseJson(Buffer.from('"\\u0007"')), "\u0007")
})

test("a number that the VM writes with a colon is read", () => {
    const json = (text: string) => parseJson(Buffer.from(text))
    assert.deepEqual(
        json('{"a"::,"b"::00,"c":-:0,"d":[:,-:,:e+22],"e":{"f"::}}'),
        { a: 10, b: 1000, c: -100, d: [10, -10, 1e23], e: { f: 10 } }
    )
    assert.equal(json(":0"), 100)
    const texts = { 'a":': "::0", b: '":,\\":', c: [":", "-:0", '"'], d: 0 }
    assert.deepEqual(json(JSON.stringify(texts)), texts)
})

test("items are taken out of any pieces", () => {
    const data = Buffer.from('[1]\x1fein Text\x1e{"b":2}\x1e')
    for (let cut = 0; cut <= data.length; cut++) {
        const first = splitItems(data.subarray(0, cut))
        const second = splitItems(
            Buffer.concat([first.rest, data.subarray(cut)])
        )
        assert.deepEqual(
            [...first.items, ...second.items],
            [
                { value: [1], text: "ein Text" },
                { value: { b: 2 }, text: "" },
            ]
        )
        assert.equal(second.rest.length, 0)
    }
})

test("a request that does not fit is refused", () => {
    const most = "x".repeat(MAX_ARGUMENT_BYTES - 1)
    assert.equal(encodeRequest(1, "Start", [most]).length, 236)
    assert.throws(() => encodeRequest(1, "Start", [`${most}x`]), /237 bytes/)
    assert.throws(() => encodeRequest(1, "Start", ["a\0b"]), /zero byte/)
})

/** Stops the time of a test. @returns what lets 100 ms pass */
function stopTime(t: TestContext): () => void {
    t.mock.timers.enable({ apis: ["setInterval"] })
    let now = 0
    t.mock.method(performance, "now", () => now)
    return () => {
        now += 100
        t.mock.timers.tick(100)
    }
}

test("a board that does not answer leaves no timer behind", async t => {
    const tick = stopTime(t)
    const started = t.mock.method(globalThis, "setInterval")
    const ended = t.mock.method(globalThis, "clearInterval")
    let sent = 0
    const link = Object.assign(new EventEmitter(), {
        isUp: true,
        send: () => void sent++,
    })
    const board = new Board(link as unknown as Link, "0123456789abcdef")
    const answer = board.info()
    const refused = assert.rejects(answer, /the board did not answer \(Info\)/)
    for (let ms = 0; ms < 20_000; ms += 100) tick()
    await refused
    assert.ok(sent > 1)
    assert.equal(started.mock.callCount(), 1)
    assert.deepEqual(ended.mock.calls.at(-1)?.arguments, [
        started.mock.calls[0]!.result,
    ])
})

/** A board of texts: `send` gets each request, with a function that reports on it. */
function answeringBoard(
    send: (
        id: number,
        report: (index: number, kind: number, ...items: string[]) => void,
        operation: number
    ) => void
): Board {
    const link = Object.assign(new EventEmitter(), {
        isUp: true,
        send(_: string, __: number, ___: number, payload: Buffer) {
            const id = payload.readUInt32LE(0)
            const report = (
                index: number,
                kind: number,
                ...items: string[]
            ) => {
                const head = Buffer.alloc(7)
                head.writeUInt32LE(id)
                head.writeUInt16LE(index, 4)
                head[6] = kind
                const data = Buffer.concat([head, Buffer.from(items.join(""))])
                link.emit("packet", {
                    deviceIdentifier: programDevice("0123456789abcdef"),
                    serviceIndex: SERVICE_INDEX,
                    serviceCommand: REQUEST,
                    data,
                })
            }
            send(id, report, payload[4]!)
        },
    })
    return new Board(link as unknown as Link, "0123456789abcdef")
}

test("two answers of a slow board are not mixed", async () => {
    const line = (i: number) => `${i}\x1fline ${i}\x1e`
    const ids = new Set<number>()
    const reports: ((
        index: number,
        kind: number,
        ...items: string[]
    ) => void)[] = []
    const board = answeringBoard((id, report) => {
        ids.add(id)
        if (reports.push(report) < 2) return
        // the one that was asked first is answered late, with one line a report; the other with all
        const [first, second] = reports
        first!(0, Kind.Part, "[0,3,9]\x1e", line(0), line(1))
        second!(0, Kind.Part, "[0,3,9]\x1e", line(0))
        second!(1, Kind.Part, line(1), line(2))
        first!(1, Kind.Part, line(2))
        second!(2, Kind.End)
        first!(2, Kind.End)
    })
    const { lines } = await board.lines(0)
    assert.deepEqual(
        lines.map(({ text }) => text),
        ["line 0", "line 1", "line 2"]
    )
    assert.equal(ids.size, 2)
})

test("a request is repeated while this machine's clock is set back", async t => {
    let wall = Date.now()
    t.mock.method(Date, "now", () => wall)
    let sent = 0
    const board = answeringBoard((_, report) => {
        wall -= 3_600_000
        if (++sent > 1) report(0, Kind.End)
    })
    await board.start("x")
    assert.equal(sent, 2)
})

test("a change is repeated under its id, until the board knows it", async () => {
    const ids: number[] = []
    const board = answeringBoard((id, report) => {
        if (ids.push(id) === 1) return
        report(0, Kind.Error, '["RepeatedError","this was asked for before"]')
        setTimeout(() => report(0, Kind.End), 700)
    })
    await board.start("x")
    assert.deepEqual(ids, [ids[0], ids[0]])
})

test("a change that the board has begun may take longer", async t => {
    const { now } = performance
    let passed = 0
    t.mock.method(performance, "now", () => now.call(performance) + passed)
    const board = answeringBoard((_, report) => {
        report(0, Kind.Error, '["RepeatedError","this was asked for before"]')
        passed = 15_000
        setTimeout(() => report(0, Kind.End), 500)
    })
    await board.set({ A: "1" })
})

test("a lost report has the rest asked for again, once", async () => {
    let asked = 0
    const board = answeringBoard((_, report) => {
        report(0, Kind.Part, '{"boot":')
        if (asked++) return report(1, Kind.End, "7}\x1e")
        report(2, Kind.Part, "1")
        report(3, Kind.End, "2}\x1e")
    })
    assert.deepEqual(await board.info(), { boot: 7 })
    assert.equal(asked, 2)
})

test("a refused name is the error, also when no near one can be read", async () => {
    const board = answeringBoard((_, report, operation) =>
        report(
            0,
            Kind.Error,
            operation === Operation.Start
                ? '["UnknownTaskError","no task \\"x\\""]'
                : '["TaskError","the tasks are too many"]'
        )
    )
    await assert.rejects(board.start("x"), {
        name: "UnknownTaskError",
        message: 'no task "x"',
    })
})

test("a damaged answer is one clear error", async () => {
    for (const [kind, text] of [
        [Kind.End, "{nonsense\x1e"],
        [Kind.Error, "nonsense"],
        [Kind.Error, "7"],
    ] as const) {
        const board = answeringBoard((_, report) => report(0, kind, text))
        await assert.rejects(board.info(), {
            name: "AnswerError",
            message: "the board's answer is damaged",
        })
    }
})

test("a board that is lost at once is followed when it is back", async t => {
    const tick = stopTime(t)
    let isAway = true
    const board = answeringBoard((_, report, operation) => {
        if (isAway) return
        if (operation === Operation.Lines)
            report(0, Kind.End, "[0,1,9]\x1e", "0\x1fline 0\x1e")
        else report(0, Kind.End, '{"boot":1}\x1e')
    })
    const line = board.follow().next()
    const given = new AbortController()
    const aborted = board.follow({ signal: given.signal }).next()
    const refused = assert.rejects(aborted, { name: "AbortError" })
    // longer than any request is waited for
    for (let ms = 0; ms < 15_000; ms += 100) {
        tick()
        await new Promise(setImmediate)
    }
    // time stands still: a request under way is not waited for
    given.abort()
    await refused
    isAway = false
    for (let ms = 0; ms < 5000; ms += 100) {
        tick()
        await new Promise(setImmediate)
    }
    assert.equal((await line).value?.text, "line 0")
    // time stands still: what is asked for is given up at once, before and after
    isAway = true
    const before = board.info()
    board.close()
    for (const answer of [before, board.info()])
        await assert.rejects(answer, { message: "the client was closed" })
})

test("a restart before the first answer loses no line of the new run", async () => {
    const link = Object.assign(new EventEmitter(), { isUp: true, send() {} })
    const board = new Board(link as unknown as Link, "0123456789abcdef")
    board.watch = async () => {}
    const lines = ["boot 2", "up"].map((text, index) => ({ index, text }))
    let asked = -1
    board.lines = (async (from: number) => {
        asked = from
        const part = lines.filter(({ index }) => index >= from)
        return { lines: part, next: lines.length, uptime: 50 }
    }) as unknown as typeof board.lines
    board.info = (async () => ({ boot: 2 })) as unknown as typeof board.info
    // as after a history of 12 lines, or of the same number in a run that began long ago, or just now
    for (const [from, run] of [
        [12, undefined],
        [2, { startedAt: Date.now() - 60_000 }],
        [2, { startedAt: Date.now() - 400, boot: 1 }],
    ] as const) {
        let restarts = 0
        const seen: string[] = []
        const news = board.follow({ from, run, restarted: () => restarts++ })
        for await (const { text } of news)
            if (seen.push(text) === lines.length) break
        assert.deepEqual(seen, ["boot 2", "up"])
        assert.equal(restarts, 1)
        assert.equal(asked, 0)
    }
})

/** A board whose program logs so much at each start; its clock runs on when the program starts again. */
function restartingBoard(counts: readonly number[], boots: boolean) {
    const link = Object.assign(new EventEmitter(), { isUp: true, send() {} })
    const board = new Board(link as unknown as Link, "0123456789abcdef")
    const began = Date.now() - 60_000
    let run = 0
    board.watch = async () => {}
    board.info = (async () => ({
        uptime: Date.now() - began,
        boot: boots ? run + 1 : undefined,
        next: counts[run],
    })) as unknown as typeof board.info
    board.lines = async (from = 0) => {
        const next = counts[run]!
        const first = from < 0 ? next + from : from
        const lines = Array.from({ length: next }, (_, index) => ({
            index,
            text: `${60 + run}.${index} [INFO] [a] line ${index}`,
        })).slice(Math.max(first, 0))
        return { lines, first: 0, next, uptime: Date.now() - began }
    }
    board.files = async () => []
    return { board, restart: () => run++ }
}

test("a start of the program within an uptime, as after a panic, loses no line and repeats none", async () => {
    for (const boots of [true, false])
        for (const counts of [
            [3, 3, 3],
            [3, 5, 9],
            [3, 1, 7],
        ]) {
            const { board, restart } = restartingBoard(counts, boots)
            const runs: Run[] = []
            const seen: string[] = []
            const news = board.follow({ restarted: run => runs.push(run) })
            for await (const { text } of news) {
                seen.push(text)
                const total = seen.length
                if (total === counts[0] || total === counts[0]! + counts[1]!) {
                    restart()
                    board.emit("lines", 0)
                }
                if (total === counts[0]! + counts[1]! + counts[2]!) break
            }
            const wanted = counts.flatMap((count, run) =>
                Array.from(
                    { length: count },
                    (_, at) => `${60 + run}.${at} [INFO] [a] line ${at}`
                )
            )
            assert.deepEqual(seen, wanted)
            assert.deepEqual(
                runs.map(({ boot }) => boot),
                boots ? [2, 3] : [undefined, undefined]
            )
            // the lines' own times count from there
            for (const { startedAt } of runs)
                assert.ok(Math.abs(Date.now() - 60_000 - startedAt) < 5000)
        }
})

test("a log that goes on from a history tells a start of the program by its last line", async () => {
    for (const boots of [true, false]) {
        const { board, restart } = restartingBoard([3, 4], boots)
        const history = await readHistory(board)
        restart()
        let restarts = 0
        const news = board.follow({
            from: history.next,
            run: history,
            restarted: () => restarts++,
        })
        const { value } = await news.next()
        assert.equal(value?.text, "61.0 [INFO] [a] line 0")
        assert.equal(restarts, 1)
        await news.return(undefined)
    }
})

test("a closed client reports no lines", async () => {
    const { board } = restartingBoard([3], true)
    const reported: number[] = []
    board.on("lines", next => reported.push(next))
    const news = board.follow({ from: 3 })
    const end = news.next()
    await new Promise(setImmediate)
    board.close()
    assert.equal((await end).done, true)
    assert.deepEqual(reported, [])
})
