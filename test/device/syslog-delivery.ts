import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { SocketArbiter } from "../../src/net"
import { FakeConnection, FakeSocket, MemoryFlash } from "../../src/testing"
import { SystemClock } from "../../src/platform"
import {
    forwardLate,
    LateLine,
    MAX_TRIES,
    Rsyslogger,
    SyslogEvent,
    SyslogOptions,
} from "../../src/syslog"
import { until } from "./support/until"

/** A client on a socket whose peer is the test. */
class Bench {
    readonly socket = new FakeSocket()
    readonly said: string[] = []
    readonly syslog: Rsyslogger
    readonly arbiter: SocketArbiter
    /** By how much the clock has moved on while nothing ran, ms. */
    heldUpMs = 0
    /** Whether reports become records, as with a log. */
    logsItself = false
    private readonly event: SyslogEvent = {
        time: 1000,
        wall: undefined,
        level: 6,
        topic: "t",
        mark: undefined,
        message: "",
        meta: undefined,
    }

    constructor(options: SyslogOptions = {}) {
        const clock = new SystemClock()
        const { socket } = this
        const self = this
        clock.millis = () => ds.millis() + self.heldUpMs
        const arbiter = new SocketArbiter(clock, socket)
        this.arbiter = arbiter
        const given: SyslogOptions = {
            host: "h",
            hostname: "b",
            framing: "lf",
            queueBytes: 4096,
            backoff: { minMs: 20, maxMs: 80 },
            ...options,
        }
        this.syslog = new Rsyslogger(
            { clock, arbiter },
            given,
            (level, message) => self.take(message)
        )
    }

    private take(message: string): void {
        this.said.push(message)
        if (this.logsItself) this.push(message)
    }

    push(message: string): void {
        this.event.message = message
        this.syslog.push(this.event)
    }

    /** Starts, and waits for the first sign of life on the connection. */
    async connect(): Promise<void> {
        const { syslog, socket } = this
        const self = this
        syslog.start()
        await until(
            'syslog.stats().connected || (socket.connections.length > 0 && self.last().sent !== "")',
            () =>
                syslog.stats().connected ||
                (socket.connections.length > 0 && self.last().sent !== "")
        )
    }

    last(): FakeConnection {
        return this.socket.connections[this.socket.connections.length - 1]
    }

    /** Records that were sent, whether they are known to have arrived or not. */
    sentCount(): number {
        const { delivered, sent } = this.syslog.stats()
        return delivered + sent
    }

    /** Waits until nothing waits to be sent. */
    async allSent(): Promise<void> {
        const { syslog } = this
        await until(
            "syslog.stats().queuedBytes === 0 && syslog.stats().received > 0",
            () =>
                syslog.stats().queuedBytes === 0 && syslog.stats().received > 0
        )
    }

    /** Checks that the account adds up. */
    account(): void {
        const s = this.syslog.stats()
        expect(s.received).toBe(s.delivered + s.queued + s.dropped)
    }
}

/** Fields of an object that grew to them one by one: with the next one it gets a longer block. */
const FIELDS_IN_BLOCK = 63

/** The numbers after `sequenceId="` in a text, in order. */
function sequences(text: string): string {
    const found: string[] = []
    const mark = 'sequenceId="'
    let at = text.indexOf(mark)
    while (at >= 0) {
        const from = at + mark.length
        found.push(text.slice(from, text.indexOf('"', from)))
        at = text.indexOf(mark, from)
    }
    return found.join(" ")
}

/** A text of `size` characters. */
function filled(size: number): string {
    const words: string[] = []
    for (let i = 0; i < size; i += 10) words.push("0123456789")
    return words.join("")
}

// rows: S5 S6
describe("syslog over a stream", () => {
    test("what the log says of the connection is sent without another line", async () => {
        const b = new Bench()
        b.logsItself = true
        await b.connect()
        await until('b.last().sent.includes("connected to")', () =>
            b.last().sent.includes("connected to")
        )
        b.account()
        await b.syslog.stop()
    })

    test("nothing is taken while no host is set", async () => {
        const b = new Bench({ host: "" })
        b.syslog.start()
        b.push("lost")
        await ds.sleep(20)
        expect(b.socket.connections.length).toBe(0)
        expect(b.syslog.stats().received).toBe(0)
        b.syslog.configure({ host: "later" })
        b.push("kept")
        await b.allSent()
        expect(b.last().address).toBe("tcp://later:514")
        expect(b.sentCount()).toBe(1)
        await b.syslog.stop(0)
    })
    test("a stop waits for a socket that another owner keeps no longer than its time", async () => {
        const b = new Bench()
        await b.connect()
        b.push("one")
        await b.allSent()
        let isDone = false
        const borrower = async () => {
            await b.arbiter.borrow("page", async () => {
                while (!isDone) await ds.sleep(5)
            })
        }
        borrower.start()
        await until("the loan", () => b.arbiter.leases().owner === "page")
        b.push("two")
        let hasStopped = false
        const stop = async () => {
            await b.syslog.stop(20)
            hasStopped = true
        }
        stop.start()
        await until("the stop", () => hasStopped, 2000)
        expect(b.arbiter.leases().owner).toBe("page")
        b.syslog.start()
        isDone = true
        await b.connect()
        await b.allSent()
        expect(sequences(b.last().sent)).toBe("2")
        b.account()
        await b.syslog.stop(0)
    })
    test("a stop waits for the socket while it is lent, to send what is queued", async () => {
        const b = new Bench()
        await b.connect()
        const borrower = async () => {
            await b.arbiter.borrow("page", async () => {
                b.push("one")
                await ds.sleep(300)
            })
        }
        borrower.start()
        await until("the loan", () => b.arbiter.leases().owner === "page")
        await b.syslog.stop()
        expect(sequences(b.last().sent)).toBe("1")
        b.account()
    })
    test("a stop in an outage does not wait", async () => {
        const b = new Bench({ backoff: { minMs: 5000, maxMs: 5000 } })
        b.syslog.start()
        await until("a connection", () => b.socket.connections.length > 0)
        b.push("one")
        b.last().fail("refused")
        await until("the report", () => b.said.length > 0)
        const before = ds.millis()
        await b.syslog.stop()
        expect(ds.millis() - before < 1000).toBe(true)
        b.account()
    })
    test("a stop without a collector does not wait", async () => {
        const b = new Bench()
        b.push("before the start")
        const before = ds.millis()
        await b.syslog.stop()
        b.socket.accepts = false
        b.syslog.start()
        await until("a connection", () => b.socket.connections.length > 0)
        b.syslog.configure({ host: "" })
        await b.syslog.stop()
        expect(ds.millis() - before < 1000).toBe(true)
        expect(b.syslog.stats().queued).toBe(1)
        b.account()
    })
    test("lines share a write, and wait no longer than their batch", async () => {
        const b = new Bench()
        await b.connect()
        b.push("one")
        b.push("two")
        expect(b.last().writes.length).toBe(0)
        await until(
            "b.last().writes.length > 0",
            () => b.last().writes.length > 0
        )
        expect(b.last().writes.length).toBe(1)
        expect(sequences(b.last().sent)).toBe("1 2")
        b.account()
        await b.syslog.stop(0)
    })
    test("a line alone waits for at most 10 ms", async () => {
        const b = new Bench()
        await b.connect()
        let least = Infinity
        // the machine that plays the board can hold a run up, hardly all of them
        for (let i = 0; i < 100 && least > 10; ++i) {
            const before = b.last().writes.length
            const since = ds.millis()
            b.push("alone")
            while (b.last().writes.length === before) await ds.sleep(1)
            least = Math.min(least, ds.millis() - since)
            await ds.sleep(20)
        }
        expect(least <= 10).toBe(true)
        await b.syslog.stop(0)
    })
    test("a record about the connection is sent like any other", async () => {
        const b = new Bench()
        b.logsItself = true
        await b.connect()
        await b.allSent()
        expect(b.said.length).toBe(1)
        b.push("later")
        await b.allSent()
        await b.syslog.stop(0)
    })
    // rows: S7b
    test("after 2 s a line counts as arrived, with nothing after it", async () => {
        const b = new Bench()
        await b.connect()
        b.push("the last one")
        await until(
            "b.last().writes.length > 0",
            () => b.last().writes.length > 0
        )
        await ds.sleep(2100)
        b.last().fail("reset")
        await until(
            "b.syslog.stats().connects === 2",
            () => b.syslog.stats().connects === 2
        )
        await ds.sleep(50)
        expect(b.last().sent).toBe("")
        await b.syslog.stop(0)
    })
    // rows: S7b
    test("a burst on a connection that was gone already is not lost unseen", async () => {
        const b = new Bench({ framing: "octet", queueBytes: 8192 })
        await b.connect()
        b.push("first")
        await until(
            "b.syslog.stats().queued === 0",
            () => b.syslog.stats().queued === 0
        )
        const gone = b.last()
        const wanted: string[] = []
        for (let i = 2; i < 62; ++i) {
            b.push("written in one slice")
            wanted.push("" + i)
        }
        // the end of the connection comes only now
        gone.fail("reset")
        await until(
            "all lines once more",
            () => sequences(b.last().sent) === wanted.join(" ")
        )
        b.account()
        await b.syslog.stop(0)
    })
    test("a burst too large for the ring is declared as far as that has dropped it", async () => {
        const b = new Bench({ framing: "octet" })
        await b.connect()
        b.push("first")
        await until(
            "b.syslog.stats().queued === 0",
            () => b.syslog.stats().queued === 0
        )
        const gone = b.last()
        for (let i = 2; i < 102; ++i) b.push("written in one slice")
        gone.fail("reset")
        await until("another connection", () => b.last() !== gone)
        await b.allSent()
        const { dropped, delivered } = b.syslog.stats()
        expect(delivered).toBe(1)
        expect(dropped > 0).toBe(true)
        const text = `${dropped} records dropped, sequenceId 2 to ${dropped + 1}: `
        expect(b.last().sent.includes(text)).toBe(true)
        // the declaration has the number of the last that is missing
        const wanted: string[] = []
        for (let i = dropped + 1; i < 102; ++i) wanted.push("" + i)
        expect(sequences(b.last().sent)).toBe(wanted.join(" "))
        b.account()
        await b.syslog.stop(0)
    })
    // rows: S7b
    test("time in which the board was held up does not count", async () => {
        const b = new Bench({ framing: "octet" })
        await b.connect()
        b.push("taken by nobody")
        await until("a write", () => b.last().writes.length > 0)
        const gone = b.last()
        b.heldUpMs += 3000
        // the fiber of syslog runs before the one that reports the end
        b.push("wakes it")
        await until("another write", () => gone.writes.length > 1)
        gone.fail("reset")
        await until("both lines", () => sequences(b.last().sent) === "1 2")
        expect(b.syslog.stats().delivered).toBe(0)
        await b.syslog.stop(0)
    })
    test("time held up does not count before the socket is given away, either", async () => {
        const b = new Bench({ framing: "octet" })
        await b.connect()
        b.push("taken by nobody")
        await until("a write", () => b.last().writes.length > 0)
        const gone = b.last()
        let stopped = false
        const stop = async () => {
            await b.syslog.stop(0)
            stopped = true
        }
        stop.start()
        await ds.sleep(0)
        b.heldUpMs += 3000
        await ds.sleep(50)
        gone.fail("reset")
        await until("the end", () => stopped)
        b.syslog.start()
        await until("the line", () => sequences(b.last().sent) === "1")
        await b.syslog.stop(0)
    })
    test("after an outage no more than 16 writes follow one another", async () => {
        const b = new Bench({ batchBytes: 100 })
        for (let i = 0; i < 40; ++i) b.push("one batch for each line")
        b.syslog.start()
        let before = 0
        let most = 0
        while (b.syslog.stats().queued > 0) {
            if (b.socket.connections.length) {
                const now = b.last().writes.length
                most = Math.max(most, now - before)
                before = now
            }
            await ds.sleep(0)
        }
        expect(most).toBe(16)
        for (const text of b.last().writes)
            expect(text.byteLength <= 100).toBe(true)
        expect(b.sentCount()).toBe(40)
        await b.syslog.stop(0)
    })
    test("a full batch does not wait, and writes stay within 512 bytes", async () => {
        const b = new Bench()
        await b.connect()
        for (let i = 0; i < 40; ++i) b.push("a line of some length")
        const { writes } = b.last()
        expect(writes.length >= 2).toBe(true)
        for (const text of writes) expect(text.byteLength <= 512).toBe(true)
        await ds.sleep(30)
        expect(b.sentCount()).toBe(40)
        b.account()
        await b.syslog.stop(0)
    })
    test("batches of short and long lines hold them whole", async () => {
        const b = new Bench()
        await b.connect()
        const long = filled(960)
        const messages = ["short", long, "short", filled(200), long, long]
        messages.forEach(message => b.push(message))
        await until(
            "b.sentCount() === messages.length",
            () => b.sentCount() === messages.length
        )
        const lines = b.last().sent.split("\n")
        expect(lines.length).toBe(messages.length + 1)
        for (let i = 0; i < messages.length; ++i) {
            const line = lines[i]
            expect(line.slice(line.indexOf("]") + 2)).toBe(messages[i])
        }
        await b.syslog.stop(0)
    })
    test("offline, the oldest are dropped and declared in their place", async () => {
        const b = new Bench({ queueBytes: 2048 })
        for (let i = 0; i < 60; ++i) b.push("x")
        b.account()
        const { dropped, queued, queuedBytes } = b.syslog.stats()
        expect(dropped + queued).toBe(60)
        expect(queuedBytes <= 2048).toBe(true)
        b.syslog.start()
        await b.allSent()
        const { sent } = b.last()
        const text = `${dropped} records dropped, sequenceId 1 to ${dropped}: `
        expect(sent.indexOf(text) > 0).toBe(true)
        const wanted: string[] = []
        for (let i = dropped; i <= 60; ++i) wanted.push("" + i)
        expect(sequences(sent)).toBe(wanted.join(" "))
        // a declaration has to arrive as any record
        expect(b.syslog.stats().declared).toBe(0)
        await until(
            "b.syslog.stats().declared === 1",
            () => b.syslog.stats().declared === 1
        )
        b.push("y")
        await until(
            "b.syslog.stats().queued === 0",
            () => b.syslog.stats().queued === 0
        )
        expect(b.syslog.stats().declared).toBe(1)
        expect(b.last().sent.indexOf(text)).toBe(sent.indexOf(text))
        b.account()
        await b.syslog.stop(0)
        // one more, and an outage moves the client to a longer block, when the heap is fullest
        const { client } = b.syslog as any
        expect(Object.keys(client).includes("gapFrom")).toBe(true)
        expect(Object.keys(client).length <= FIELDS_IN_BLOCK).toBe(true)
    })
    test("after a break the window is sent again with its sequenceIds", async () => {
        const b = new Bench()
        b.syslog.start()
        b.push("one")
        b.push("two")
        await until("b.sentCount() === 2", () => b.sentCount() === 2)
        const first = b.last()
        expect(sequences(first.sent)).toBe("1 2")
        first.fail("reset")
        b.push("three")
        await until("b.sentCount() === 3", () => b.sentCount() === 3)
        expect(b.socket.connections.length).toBe(2)
        expect(sequences(b.last().sent)).toBe("1 2 3")
        expect(b.syslog.stats().resent).toBe(2)
        await until("b.said.length === 3", () => b.said.length === 3)
        expect(b.said.join("|")).toBe(
            "connected to tcp://h:514|no connection to tcp://h:514: reset|connected to tcp://h:514"
        )
        b.account()
        await b.syslog.stop(0)
    })
    test("an outage is reported once, however long", async () => {
        const b = new Bench()
        b.socket.accepts = false
        b.syslog.start()
        await until(
            "b.socket.connections.length >= 4",
            () => b.socket.connections.length >= 4
        )
        expect(b.said.length).toBe(1)
        expect(b.said[0]).toBe("no connection to tcp://h:514: refused")
        b.socket.accepts = true
        await until("b.said.length === 2", () => b.said.length === 2)
        await b.syslog.stop(0)
    })
    test("records about the outage do not feed themselves", async () => {
        const b = new Bench()
        b.socket.accepts = false
        b.logsItself = true
        b.syslog.start()
        await until(
            "b.socket.connections.length >= 4",
            () => b.socket.connections.length >= 4
        )
        expect(b.syslog.stats().received).toBe(1)
        await b.syslog.stop(0)
    })
    test("back-pressure holds lines back, in order, without loss", async () => {
        const b = new Bench()
        await b.connect()
        const connection = b.last()
        connection.blocked = true
        for (let i = 0; i < 20; ++i) b.push("held")
        await ds.sleep(50)
        expect(connection.writes.length).toBe(0)
        expect(b.syslog.stats().queued).toBe(20)
        connection.blocked = false
        await b.allSent()
        const wanted: string[] = []
        for (let i = 1; i <= 20; ++i) wanted.push("" + i)
        expect(sequences(connection.sent)).toBe(wanted.join(" "))
        b.account()
        await b.syslog.stop(0)
    })
    test("what is not taken of a batch goes first, before all else", async () => {
        const b = new Bench({ framing: "octet" })
        await b.connect()
        const connection = b.last()
        connection.takes = 1
        const text = filled(60)
        const wanted: string[] = []
        for (let i = 1; i <= 20; ++i) {
            b.push(text)
            wanted.push("" + i)
        }
        await ds.sleep(50)
        expect(connection.writes.length).toBe(1)
        b.account()
        connection.takes = undefined
        await b.allSent()
        await until(
            "all lines",
            () => sequences(connection.sent) === wanted.join(" ")
        )
        for (const piece of connection.writes)
            expect(piece.byteLength <= 344).toBe(true)
        b.account()
        await b.syslog.stop(0)
    })
    test("nothing overtakes the rest of a batch, when what follows would be taken", async () => {
        const b = new Bench({ framing: "octet" })
        await b.connect()
        const connection = b.last()
        connection.blocked = true
        const wanted: string[] = []
        for (let i = 1; i <= 20; ++i) {
            b.push(filled(60))
            wanted.push("" + i)
        }
        await ds.sleep(50)
        connection.takes = 1
        connection.refuses = 1
        connection.blocked = false
        await until(
            "all lines",
            () => sequences(connection.sent).length >= wanted.join(" ").length
        )
        expect(sequences(connection.sent)).toBe(wanted.join(" "))
        b.account()
        await b.syslog.stop(0)
    })
    test("a batch that is never taken whole is sent again on the next connection", async () => {
        const b = new Bench({ framing: "octet" })
        await b.connect()
        const broken = b.last()
        broken.takes = 1
        for (let i = 0; i < 12; ++i) b.push(filled(60))
        await ds.sleep(50)
        broken.fail("reset")
        await until(
            "another connection",
            () => b.last() !== broken && b.last().sent !== ""
        )
        await b.allSent()
        expect(sequences(b.last().sent)).toBe("1 2 3 4 5 6 7 8 9 10 11 12")
        b.account()
        await b.syslog.stop(0)
    })
    // rows: S7b
    test("nothing is sent over TLS before the certificate was checked", async () => {
        const b = new Bench({ proto: "tls", windowBytes: 600 })
        for (let i = 0; i < 30; ++i) b.push("precious")
        b.socket.accepts = false
        b.syslog.start()
        await until(
            "b.socket.connections.length === 1",
            () => b.socket.connections.length === 1
        )
        expect(b.last().address).toBe("tls://h:6514")
        await until(
            "b.socket.connections.length === 3",
            () => b.socket.connections.length === 3
        )
        b.socket.accepts = true
        expect(b.said.length).toBe(1)
        await b.allSent()
        const wanted: string[] = []
        for (let i = 1; i <= 30; ++i) wanted.push("" + i)
        expect(sequences(b.last().sent)).toBe(wanted.join(" "))
        b.account()
        await b.syslog.stop(0)
    })
    test("another target takes what is queued, in its framing", async () => {
        const b = new Bench()
        b.socket.accepts = false
        b.push("two\nlines")
        b.syslog.configure({ framing: "octet", port: 601 })
        b.socket.accepts = true
        b.syslog.start()
        await b.allSent()
        expect(b.last().address).toBe("tcp://h:601")
        const { sent } = b.last()
        expect(sent.slice(0, sent.indexOf(" "))).toBe(
            "" + sent.slice(sent.indexOf(" ") + 1).byteLength
        )
        let caught = ""
        try {
            b.syslog.configure({ port: 70000 })
        } catch (e: any) {
            caught = e.message
        }
        expect(caught).toBe(
            "syslog: port: wanted a whole number, 0 to 65535, got 70000"
        )
        expect(b.syslog.stats().target).toBe("tcp://h:601")
        await b.syslog.stop(0)
    })
    test("a new host name holds at once, on the same connection", async () => {
        const b = new Bench()
        await b.connect()
        b.push("one")
        // all that a program knows is given again, as settings are
        const same: SyslogOptions = {
            host: "h",
            port: 0,
            proto: "tcp",
            framing: "lf",
            facility: 16,
            backoff: { minMs: 20, maxMs: 80 },
        }
        b.syslog.configure(Object.assign(same, { hostname: "renamed" }))
        b.push("two")
        await b.allSent()
        b.syslog.configure({ appName: "app", facility: 17 })
        b.push("three")
        await b.allSent()
        expect(b.socket.connections.length).toBe(1)
        const lines = b.last().sent.split("\n")
        expect(lines[0].startsWith("<134>1 - b t - t ")).toBe(true)
        expect(lines[1].startsWith("<134>1 - renamed t - t ")).toBe(true)
        expect(lines[2].startsWith("<142>1 - renamed app - t ")).toBe(true)
        b.account()
        await b.syslog.stop(0)
    })
    test("a new host name holds while the collector is away, too", async () => {
        const b = new Bench()
        b.socket.accepts = false
        b.syslog.start()
        b.push("one")
        await until(
            "b.socket.connections.length > 0",
            () => b.socket.connections.length > 0
        )
        b.syslog.configure({ hostname: "renamed" })
        b.push("two")
        b.socket.accepts = true
        await b.allSent()
        const lines = b.last().sent.split("\n")
        expect(lines[1].startsWith("<134>1 - renamed t - t ")).toBe(true)
        await b.syslog.stop(0)
    })
    test("stop sends what is queued and gives the socket back", async () => {
        const b = new Bench()
        await b.connect()
        b.push("last words")
        await b.syslog.stop()
        expect(b.last().isClosed).toBe(true)
        expect(b.syslog.stats().delivered).toBe(1)
        b.syslog.start()
        await until("!b.last().isClosed", () => !b.last().isClosed)
        await b.syslog.stop(0)
    })
})

/** Answers of a RELP server to `open` and to the records from `first` to `last`. */
function answers(first: number, last: number): string {
    const out: string[] = []
    for (let n = first; n <= last; ++n) out.push(`${n} rsp 6 200 OK\n`)
    return out.join("")
}

// rows: S7
describe("syslog over RELP", () => {
    test("a record counts when it is answered, not before", async () => {
        const b = new Bench({ proto: "relp" })
        b.push("one")
        b.push("two")
        await b.connect()
        const connection = b.last()
        const offer = "relp_version=0\nrelp_software=fiberd\ncommands=syslog"
        expect(connection.sent).toBe(`1 open ${offer.length} ${offer}\n`)
        connection.answer("1 rsp 6 200")
        await ds.sleep(20)
        connection.answer(" OK\n")
        await until(
            'sequences(connection.sent) === "1 2"',
            () => sequences(connection.sent) === "1 2"
        )
        expect(b.syslog.stats().queued).toBe(2)
        connection.answer(answers(2, 2))
        b.account()
        connection.fail("gone")
        await until(
            "b.last() !== connection && !!b.last().sent",
            () => b.last() !== connection && !!b.last().sent
        )
        expect(b.syslog.stats().delivered).toBe(1)
        b.last().answer(answers(1, 1))
        await until(
            'sequences(b.last().sent) === "2"',
            () => sequences(b.last().sent) === "2"
        )
        b.last().answer(answers(2, 2))
        expect(b.syslog.stats().delivered).toBe(2)
        expect(b.syslog.stats().resent).toBe(1)
        b.account()
        await b.syslog.stop(0)
    })
    test("no more than the window is sent without an answer", async () => {
        const b = new Bench({ proto: "relp", windowBytes: 1500 })
        for (let i = 0; i < 40; ++i) b.push("wait for it")
        await b.connect()
        b.last().answer(answers(1, 1))
        await until(
            'sequences(b.last().sent) !== ""',
            () => sequences(b.last().sent) !== ""
        )
        const before = b.last().sent.byteLength
        expect(before < 1800).toBe(true)
        b.last().answer(answers(2, 4))
        await until(
            "?{ b.last().answer(answers(5, 41)) return b.syslog.stats().delivered === 40 }",
            () => {
                b.last().answer(answers(5, 41))
                return b.syslog.stats().delivered === 40
            }
        )
        b.account()
        await b.syslog.stop(0)
    })
    test("a server that speaks no RELP, or refuses to open, is left", async () => {
        const b = new Bench({ proto: "relp" })
        await b.connect()
        b.last().answer("HTTP/1.1 400 Bad Request\r\n\r\n")
        await until(
            "b.socket.connections.length === 2 && !!b.last().sent",
            () => b.socket.connections.length === 2 && !!b.last().sent
        )
        expect(b.said.length).toBe(1)
        b.last().answer("1 rsp 11 500 refused\n")
        await until(
            "b.socket.connections.length === 3",
            () => b.socket.connections.length === 3
        )
        expect(b.said.length).toBe(1)
        await b.syslog.stop(0)
    })
    test("a server that talks on, and answers nothing that it owes, is left", async () => {
        const b = new Bench({ proto: "relp" })
        b.push("one")
        await b.connect()
        b.last().answer(answers(1, 1))
        await until(
            'sequences(b.last().sent) === "1"',
            () => sequences(b.last().sent) === "1"
        )
        const deaf = b.last()
        // what it has answered before, an empty answer, and one to nothing that was sent
        for (let i = 0; i < 4; ++i) {
            b.heldUpMs += 3000
            deaf.answer("1 rsp 6 200 OK\n1 rsp 0\n99 rsp 6 200 OK\n")
            await ds.sleep(20)
        }
        await until("another connection", () => b.last() !== deaf, 2000)
        expect(b.said[b.said.length - 1].includes("no answer for")).toBe(true)
        b.account()
        await b.syslog.stop(0)
    })
    test("a record that is refused five times is given up and declared, the rest arrives (S7a)", async () => {
        const b = new Bench({ proto: "relp" })
        b.push("poison")
        b.push("two")
        await b.connect()
        let tries = 0
        while (tries < MAX_TRIES) {
            ++tries
            await until(
                "b.socket.connections.length === tries && !!b.last().sent",
                () => b.socket.connections.length === tries && !!b.last().sent
            )
            b.last().answer(answers(1, 1))
            await until('b.last().sent.includes("poison")', () =>
                b.last().sent.includes("poison")
            )
            b.last().answer("2 rsp 7 500 bad\n")
        }
        await until(
            "b.socket.connections.length > MAX_TRIES && !!b.last().sent",
            () => b.socket.connections.length > MAX_TRIES && !!b.last().sent
        )
        b.last().answer(answers(1, 1))
        await until('b.last().sent.includes("two")', () =>
            b.last().sent.includes("two")
        )
        expect(b.last().sent.includes("poison")).toBe(false)
        expect(b.last().sent.includes('dropped="1" first="1" last="1"')).toBe(
            true
        )
        expect(
            b.last().sent.includes(`given up after ${MAX_TRIES} tries`)
        ).toBe(true)
        b.last().answer(answers(2, 3))
        await until(
            "b.syslog.stats().queued === 0",
            () => b.syslog.stats().queued === 0
        )
        expect(b.syslog.stats().dropped).toBe(1)
        expect(b.syslog.stats().delivered).toBe(1)
        b.account()
        await b.syslog.stop(0)
    })
    test("another transport takes over what was not answered", async () => {
        const b = new Bench({ proto: "relp" })
        b.push("one")
        await b.connect()
        b.last().answer(answers(1, 1))
        await ds.sleep(20)
        b.push("two")
        b.syslog.configure({ proto: "tcp", port: 514 })
        await b.allSent()
        expect(sequences(b.last().sent)).toBe("1 2")
        b.account()
        await b.syslog.stop(0)
    })
})

describe("lines of earlier runs", () => {
    /**
     * Forwards a log that holds `lines` at first, and `left` when their turn comes.
     * @param stopAt the line before which the task is stopped; -1: none
     */
    async function late(lines: LateLine[], left: LateLine[], stopAt = -1) {
        const pushed: SyslogEvent[] = []
        const syslog: any = {
            stats: () => ({
                target: "h",
                queuedBytes: pushed.length === stopAt ? 8192 : 0,
                received: pushed.length,
                delivered: pushed.length,
                dropped: 0,
            }),
            push: (event: SyslogEvent) => pushed.push(event),
        }
        let readings = 0
        const file = {
            since: async (
                cursor: number,
                visit: (line: LateLine) => Promise<boolean | void>
            ) => {
                for (const line of readings++ > 0 ? left : lines)
                    if (line.cursor > cursor && (await visit(line)) === false)
                        return
            },
        }
        let sent: number
        try {
            sent = await forwardLate(
                file,
                new MemoryFlash(),
                syslog,
                async () => {
                    throw new Error("stopped")
                }
            )
        } catch (e: any) {
            sent = -1
        }
        return { sent, pushed }
    }
    /** A line of an earlier run, the last one of each ten is of this run. */
    const line = (cursor: number, level = 3): LateLine => ({
        text: `line ${cursor}`,
        level,
        time: 1,
        wall: false,
        cursor,
        isOfThisRun: cursor % 10 === 9,
    })
    const texts = ({ pushed }: { pushed: SyslogEvent[] }) =>
        pushed.map(e => e.message).join()
    const overwritten = (count: number) =>
        `${count} lines of earlier runs were overwritten before they could be sent`

    test("are sent once, errors and worse, and none of this run", async () => {
        const lines = [line(1), line(2, 4), line(3, 2), line(9)]
        const first = await late(lines, lines)
        expect(first.sent).toBe(2)
        expect(texts(first)).toBe("line 1,line 3")
        expect((await late(lines, lines)).sent).toBe(0)
    })

    test("that are overwritten before their turn are declared", async () => {
        const lines = [line(11), line(12, 4), line(13), line(14)]
        const { sent, pushed } = await late(lines, [line(14), line(19)])
        expect(sent).toBe(1)
        expect(texts({ pushed })).toBe(`line 14,${overwritten(2)}`)
        expect(pushed[1].level).toBe(4)
        const none = await late([line(21), line(22), line(23)], [])
        expect(none.sent).toBe(0)
        expect(texts(none)).toBe(overwritten(3))
    })

    test("that are overwritten between a stop and a new start are declared", async () => {
        const lines = [line(31), line(32), line(33), line(34), line(35)]
        expect(texts(await late(lines, lines, 2))).toBe("line 31,line 32")
        const left = [line(34), line(35), line(39)]
        expect(texts(await late(left, left))).toBe(
            `line 34,line 35,${overwritten(1)}`
        )
        expect(texts(await late(left, left))).toBe("")
        // all of them
        const more = [line(41), line(42)]
        expect(texts(await late(more, more, 1))).toBe("line 41")
        expect(texts(await late([line(49)], [line(49)]))).toBe(overwritten(1))
    })
})
