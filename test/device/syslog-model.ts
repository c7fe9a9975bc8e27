// rows: S4 S6
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { SocketArbiter } from "../../src/net"
import { SystemClock } from "../../src/platform"
import { Rsyslogger, SyslogOptions, SyslogProto } from "../../src/syslog"
import { FakeConnection, FakeSocket } from "../../src/testing"
import { Random } from "../vectors/random"
import { until } from "./support/until"

/** Connections of one play; each breaks before what was sent on it counts as arrived. */
const CONNECTIONS = 8
/** Longest life of one of them, ms. */
const LIFE_MS = 300
/** Most records between two looks. */
const BURST = 8

/** What a careful receiver knows: the numbers that came, and those that are declared dropped. */
class Receiver {
    readonly came: boolean[] = []
    readonly declared: boolean[] = []
    twice = 0

    /** Takes what it has read of a connection before that broke. */
    read(text: string): void {
        const mark = 'sequenceId="'
        let at = text.indexOf(mark)
        while (at >= 0) {
            const end = text.indexOf(mark, at + 1)
            this.take(text.slice(at, end < 0 ? text.length : end))
            at = end
        }
    }

    private take(part: string): void {
        // a message that is not whole says nothing
        if (part.indexOf(" end") < 0 && part.indexOf(" dropped,") < 0) return
        const first = numberAfter(part, ' first="')
        if (first > 0) {
            const last = numberAfter(part, ' last="')
            for (let i = first; i <= last; ++i) this.declared[i] = true
            return
        }
        const sequence = numberAfter(part, 'sequenceId="')
        if (this.came[sequence]) this.twice++
        this.came[sequence] = true
    }

    /** Numbers up to `count` that neither came nor are declared. */
    silent(count: number): number {
        let silent = 0
        for (let i = 1; i <= count; ++i)
            if (!this.came[i] && !this.declared[i]) silent++
        return silent
    }
}

function numberAfter(text: string, mark: string): number {
    const at = text.indexOf(mark)
    return at < 0 ? -1 : parseInt(text.slice(at + mark.length))
}

/** A client, and a peer that plays its part at random. */
class Play {
    readonly socket = new FakeSocket()
    readonly receiver = new Receiver()
    readonly syslog: Rsyslogger
    private pushed = 0
    /** How much of the newest connection the peer has answered. */
    private answered = 0

    constructor(
        readonly proto: SyslogProto,
        readonly random: Random,
        options: SyslogOptions
    ) {
        const clock = new SystemClock()
        const { socket } = this
        const arbiter = new SocketArbiter(clock, socket)
        const given: SyslogOptions = {
            host: "h",
            proto,
            queueBytes: 3000,
            windowBytes: 1200,
            batchBytes: 500,
            backoff: { minMs: 5, maxMs: 20 },
            ...options,
        }
        this.syslog = new Rsyslogger({ clock, arbiter }, given, () => {})
    }

    push(count: number): void {
        for (let i = 0; i < count; ++i) {
            this.pushed++
            this.syslog.push({
                time: ds.millis(),
                wall: undefined,
                level: 6,
                topic: "t",
                mark: undefined,
                message: `${this.pushed} ${"...........".slice(this.random.below(11))} end`,
                meta: undefined,
            })
        }
        const s = this.syslog.stats()
        expect(s.received).toBe(this.pushed)
        expect(s.received).toBe(s.delivered + s.queued + s.dropped)
    }

    last(): FakeConnection {
        const { connections } = this.socket
        return connections[connections.length - 1]
    }

    /** A RELP server answers the commands that it has not answered yet, or some of them. */
    answer(connection: FakeConnection, all: boolean): void {
        if (this.proto !== "relp") return
        const { sent } = connection
        while (true) {
            const end = sent.indexOf("\n", this.answered)
            if (end < 0 || (!all && this.random.below(8) === 0)) return
            const line = sent.slice(this.answered, end)
            this.answered = end + 1
            if (line.includes(" syslog ")) this.receiver.read(line)
            else if (!line.startsWith("1 open")) continue
            connection.answer(`${parseInt(line)} rsp 6 200 OK\n`)
        }
    }

    /** One connection: records come and go, then it breaks. */
    async connection(): Promise<void> {
        const { random, socket, syslog } = this
        await until(
            "socket.connections.length > 0",
            () => socket.connections.length > 0
        )
        this.answered = 0
        const connection = this.last()
        const end = ds.millis() + random.below(LIFE_MS)
        while (ds.millis() < end && !connection.isClosed) {
            if (random.below(3) === 0) this.push(random.below(BURST))
            connection.blocked = random.below(5) === 0
            this.answer(connection, false)
            await ds.sleep(random.below(20))
        }
        connection.blocked = false
        if (this.proto !== "relp") {
            const read =
                random.below(3) > 0
                    ? random.below(connection.sent.length + 1)
                    : 0
            this.receiver.read(connection.sent.slice(0, read))
        }
        if (!connection.isClosed)
            connection.fail(random.below(2) > 0 ? "reset" : undefined)
        expect(syslog.stats().sent <= this.pushed).toBe(true)
        // what was sent on it takes heap
        socket.connections.shift()
    }

    /** The last connection holds: everything comes to its end. */
    async finish(): Promise<void> {
        const { syslog, socket } = this
        await until(
            "socket.connections.length > 0",
            () => socket.connections.length > 0
        )
        this.answered = 0
        this.push(3)
        const self = this
        await until(
            "?{ self.answer(self.last(), true) return syslog.stats().queued === 0 }",
            () => {
                self.answer(self.last(), true)
                return syslog.stats().queued === 0
            }
        )
        // a declaration has to arrive as well
        await ds.sleep(this.proto === "relp" ? 50 : 2200)
        this.answer(this.last(), true)
        if (this.proto !== "relp") this.receiver.read(this.last().sent)
        const s = syslog.stats()
        expect(s.delivered + s.dropped).toBe(this.pushed)
        expect(this.receiver.silent(this.pushed)).toBe(0)
        await syslog.stop(0)
    }
}

describe("syslog on connections that break at random: nothing is lost unseen", () => {
    const protos: SyslogProto[] = ["tcp", "relp"]
    protos.forEach(proto => {
        const seeds = [1, 2, 3]
        seeds.forEach(seed => {
            test(`${proto}, seed ${seed}`, async () => {
                const random = new Random(seed)
                const framing = random.below(2) > 0 ? "lf" : "octet"
                const play = new Play(proto, random, { framing })
                play.syslog.start()
                for (let i = 0; i < CONNECTIONS; ++i) await play.connection()
                await play.finish()
            })
        })
    })
})
