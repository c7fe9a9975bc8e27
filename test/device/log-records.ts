import * as ds from "@devicescript/core"
import { afterEach, describe, expect, test } from "@devicescript/test"
import {
    DEBUG,
    ERROR,
    INFO,
    LogReceiver,
    LogRecord,
    LogSystem,
    matches,
    covers,
    rfc3339,
    uptimeText,
    WARNING,
} from "../../src/log"
import { SystemClock } from "../../src/platform"
import { settle } from "./support/handlers"
import { expectPart, freshLog, Recorder, thrown } from "./support/log"

function nested(): void {
    const nothing: any = undefined
    nothing.field = 1
}

describe("records (L9)", () => {
    afterEach(settle)

    test("carry time, wall clock, level, topic, mark, message, meta", () => {
        const { log, out, clock } = freshLog()
        const seen: LogRecord[] = []
        out.onEmit = record => {
            seen.push(Object.assign({}, record) as LogRecord)
        }
        const l = log.logger("net").with({ peer: "a" })
        l.info("{0} of {1}", 1, 2)
        clock.now = 2500
        clock.setWall(1700000000000)
        log.service("pump", "inlet").error("m")
        expect(JSON.stringify(seen[0])).toBe(
            '{"time":1000,"topic":"net","name":"net","meta":{"peer":"a"},"level":6,"message":"1 of 2","stamp":"1.000"}'
        )
        const { time, wall, level, topic, mark, message, meta } = seen[1]
        expect(`${time} ${wall} ${level}`).toBe("2500 1700000000000 3")
        expect(`${topic} ${mark} ${message}`).toBe(
            "task.pump.inlet pump.service.inlet m"
        )
        expect(meta).toBe(undefined)
    })

    test("messages: none to four arguments of any kind", () => {
        const { log, out } = freshLog()
        const l = log.logger("x")
        l.info("{x} as it is, {}")
        l.info("{0}", "a")
        l.info("{0} {1} {2} {3}", 1, true, null, [1, 2])
        l.info("{1}{0}", "b", "a")
        l.info("{1}", undefined, "second")
        l.info("{{0}} {0}", 0)
        l.info("value {0}", undefined)
        expect(out.take()).toBe(
            "info x {x} as it is, {}|info x a|info x 1 true null [1,2]|" +
                "info x ab|info x second|info x {0} 0|info x value undefined"
        )
        l.info("{0}", Buffer.from("616200", "hex"))
        l.info("{0}", Buffer.alloc(33))
        expect(out.take()).toBe(
            `info x [Buffer[3] 616200]|info x [Buffer[33] ${Buffer.alloc(32).toString("hex")}...]`
        )
    })

    test("a number that is rounded up to a power of ten is that number", () => {
        const { log, out } = freshLog()
        const l = log.logger("x")
        let ten = 0
        for (let i = 0; i < 100; ++i) ten += 0.1
        // the same message again and again, as its numbers have a shorter way
        for (const value of [1, ten, 21.5, -ten * 10, ten * 100])
            l.info("{0}", value)
        l.info("{0} {1}", ten, -ten)
        l.info("{0} {1} {2} {3}", ten, -ten, "::", 9.99999999)
        l.info("{0}", { a: ten, b: [-ten, ":"] })
        expect(out.take()).toBe(
            "info x 1|info x 10|info x 21.5|info x -100|info x 1000|" +
                "info x 10 -10|info x 10 -10 :: 10|" +
                'info x {"a":10,"b":[-10,":"]}'
        )
    })

    test("a child logger binds data, its parent stays as it is", () => {
        const { log, out } = freshLog()
        const parent = log.logger("x")
        const child = parent.with({ a: 1 })
        const grandchild = child.with({ a: 2, b: 3 })
        grandchild.info("m")
        expect(JSON.stringify(out.lastMeta)).toBe('{"a":2,"b":3}')
        child.info("m")
        expect(JSON.stringify(out.lastMeta)).toBe('{"a":1}')
        parent.info("m")
        expect(out.lastMeta).toBe(undefined)
        // the level of the topic holds for its children as well
        log.setLevel("x", ERROR)
        out.take()
        grandchild.info("no")
        expect(out.take()).toBe("")
    })

    // rows: L14e
    test("setMeta holds for all further records of a logger, as of a task", () => {
        const { log, out } = freshLog()
        const s = log.service("pump")
        s.setMeta({ run: 1 })
        s.info("m")
        expect(JSON.stringify(out.lastMeta)).toBe('{"run":1}')
        s.with({ step: 2 }).info("m")
        expect(JSON.stringify(out.lastMeta)).toBe('{"run":1,"step":2}')
        // also between two records of one logger
        s.setMeta({ run: 2 })
        s.info("m")
        expect(JSON.stringify(out.lastMeta)).toBe('{"run":2}')
        log.service("pump").info("another logger of the topic")
        expect(out.lastMeta).toBe(undefined)
        s.setMeta(undefined)
        s.info("m")
        expect(out.lastMeta).toBe(undefined)
        const nothing: any = [1]
        s.setMeta(nothing)
        s.info("m")
        expect(out.lastMeta).toBe(undefined)
    })

    test("setMeta inside a handler holds from the next record on", () => {
        const { log, out } = freshLog()
        const l = log.logger("x")
        let count = 0
        out.onEmit = () => {
            count++
            l.setMeta({ count })
        }
        l.info("m")
        expect(out.lastMeta).toBe(undefined)
        l.info("m")
        expect(JSON.stringify(out.lastMeta)).toBe('{"count":1}')
        log.logger("y").info("m")
        expect(out.lastMeta).toBe(undefined)
        l.info("m")
        expect(JSON.stringify(out.lastMeta)).toBe('{"count":3}')
    })

    test("reports are rendered by default or by a callback", () => {
        const { log, out } = freshLog()
        const l = log.logger("x")
        l.logReport(INFO, { a: 1, b: "two", c: { d: [3] }, e: undefined })
        expect(JSON.stringify(out.lastMeta)).toBe(
            '{"a":1,"b":"two","c":{"d":[3]}}'
        )
        l.with({ z: 0 }).logReport(WARNING, { a: 1 }, o => `a is ${o["a"]}`)
        expect(JSON.stringify(out.lastMeta)).toBe('{"z":0,"a":1}')
        l.logReport(INFO, { braces: "{0}" })
        expect(out.take()).toBe(
            'info x a=1 b=two c={"d":[3]}|warning x a is 1|info x braces={0}'
        )
        l.logReport(INFO, { a: 1 }, () => {
            throw new Error("cannot")
        })
        expectPart(
            out.take(),
            "info x a=1 (its rendering: Error: cannot at gpc:"
        )
    })
})

describe("service loggers (L16)", () => {
    afterEach(settle)

    test("lines are marked, level info by default, eight methods", () => {
        const { log, out } = freshLog()
        const s = log.service("pump")
        s.debug("no")
        s.info("i")
        s.notice("n")
        s.warning("w")
        s.error("e")
        s.critical("c")
        s.alert("a")
        s.emergency("m")
        expect(out.lines.join("|")).toBe(
            "1.000 [INFO] [pump.service] i|1.000 [NOTICE] [pump.service] n|" +
                "1.000 [WARNING] [pump.service] w|1.000 [ERROR] [pump.service] e|" +
                "1.000 [CRITICAL] [pump.service] c|1.000 [ALERT] [pump.service] a|" +
                "1.000 [EMERGENCY] [pump.service] m"
        )
        out.take()
        log.service("pump", "inlet").info("x")
        s.with({ a: 1 }).info("x")
        expect(out.lines.join("|")).toBe(
            "1.000 [INFO] [pump.service.inlet] x|1.000 [INFO] [pump.service] x"
        )
        expectPart(
            thrown(() => log.service("")),
            "RangeError: topic"
        )
    })

    test("share a topic with plain loggers, which have no mark", () => {
        const { log, out } = freshLog()
        log.service("pump").info("1")
        log.logger("task.pump").info("2")
        log.logger("task.tank").info("3")
        log.service("tank").info("4")
        expect(out.lines.join("|")).toBe(
            "1.000 [INFO] [pump.service] 1|1.000 [INFO] [task.pump] 2|" +
                "1.000 [INFO] [task.tank] 3|1.000 [INFO] [tank.service] 4"
        )
        log.setLevel("task.*", ERROR)
        log.service("pump").info("no")
        log.logger("task.tank").info("no")
        expect(out.lines.length).toBe(4)
    })

    test("exception: name, message and frames", () => {
        const { log, out } = freshLog()
        const s = log.service("pump")
        try {
            nested()
        } catch (e: any) {
            s.exception("stroke {0}", e)
        }
        const line = out.take()
        expectPart(line, "error task.pump stroke {0}: TypeError: ")
        const frames = line.slice(line.indexOf(" at gpc:") + 4).split(" ")
        expect(frames.length >= 2).toBe(true)
        frames.forEach(frame => {
            expect(frame.slice(0, 4)).toBe("gpc:")
            expect(+frame.slice(4) > 0).toBe(true)
        })
    })

    test("exception: whatever was thrown", () => {
        const { log, out } = freshLog()
        const s = log.service("pump")
        ;["text", 42].forEach((value: any) => {
            try {
                throw value
            } catch (e: any) {
                s.exception("m", e)
            }
        })
        expect(out.take()).toBe(
            "error task.pump m: threw text|error task.pump m: threw 42"
        )
        try {
            throw { a: 1, b: "x" }
        } catch (e: any) {
            s.exception("m", e)
        }
        expectPart(out.take(), "m: threw a=1 b=x at gpc:")
        s.exception("m", [1])
        expect(out.take()).toBe("error task.pump m: threw [1]")
        s.exception("m", undefined)
        s.exception("m", null)
        expect(out.take()).toBe(
            "error task.pump m: threw undefined|error task.pump m: threw null"
        )
        log.setLevel("task.pump", 2)
        s.exception("no", new Error("x"))
        expect(out.take()).toBe("")
        log.setLevel("task.pump", INFO)
        const never = new RangeError("not thrown")
        s.exception("m", never)
        expectPart(out.take(), "m: RangeError: not thrown")
    })
})

describe("receivers (L14)", () => {
    afterEach(settle)

    test("records by level and topic, in order, with their data", async () => {
        const { log } = freshLog("debug")
        const receiver = log.subscribe("error debug@net none@net.noise")
        const net = log.logger("net.tcp").with({ a: 1 })
        net.debug("1")
        log.logger("x").warning("no")
        log.logger("net.noise").emergency("no")
        log.logger("x").error("2")
        expect(receiver.queue.length).toBe(2)
        const first = await receiver.receive()
        const second = await receiver.receive(0)
        expect(`${first.level} ${first.topic} ${first.message}`).toBe(
            "7 net.tcp 1"
        )
        expect(first.meta["a"]).toBe(1)
        expect(second.message).toBe("2")
        expect(await receiver.receive(0)).toBe(undefined)
        expect(await receiver.receive(5)).toBe(undefined)
    })

    test("receive waits, with and without a time limit", async () => {
        const { log } = freshLog()
        const receiver = log.subscribe("info")
        const got: string[] = []
        const take = async () => {
            while (true) {
                const record = await receiver.receive()
                if (!record) break
                got.push(record.message)
            }
            got.push("end")
        }
        take.start()
        await ds.sleep(5)
        log.logger("x").info("1")
        log.logger("x").info("2")
        await ds.sleep(5)
        expect(got.join("|")).toBe("1|2")
        log.logger("x").info("3")
        await ds.sleep(5)
        expect(got.join("|")).toBe("1|2|3")
        await log.unsubscribe(receiver)
        await ds.sleep(5)
        expect(got.join("|")).toBe("1|2|3|end")
        log.logger("x").info("4")
        expect(receiver.queue.length).toBe(0)
        expect(log.handlers().length).toBe(1)
    })

    test("a subscription that ends while somebody begins to wait", async () => {
        const { log } = freshLog()
        const got: boolean[] = []
        const endAfter = async (waits: number) => {
            const receiver = log.subscribe("info")
            const take = async () => {
                got.push((await receiver.receive()) === undefined)
            }
            take.start()
            for (let i = 0; i < waits; ++i) await ds.sleep(0)
            await log.unsubscribe(receiver)
        }
        for (let waits = 0; waits < 3; ++waits) await endAfter(waits)
        await ds.sleep(20)
        expect(got.join()).toBe("true,true,true")
    })

    test("a slow one loses records, counted, and the others none", async () => {
        const { log, out, clock } = freshLog()
        const receiver = log.subscribe("info", { entries: 4, dropAt: 100 })
        for (let i = 0; i < 10; ++i) log.logger("x").info("{0}", i)
        expect(out.seen.length).toBe(10)
        const { account } = log
            .handlers()
            .find(handler => handler.name === receiver.name)
        expect(JSON.stringify(account)).toBe(
            '{"received":10,"delivered":0,"queued":4,"dropped":6}'
        )
        for (let i = 0; i < 4; ++i)
            expect((await receiver.receive()).message).toBe("" + i)
        clock.now += 1
        const report = await receiver.receive(1000)
        expectPart(report.message, "6 records dropped, queue full")
        // its bytes are bounded too: 180 for each record besides the message
        const narrow = log.subscribe("info", { bytes: 400, dropAt: 100 })
        for (let i = 0; i < 4; ++i) log.logger("x").info("sixteen letters.")
        expect(narrow.queue.length).toBe(2)
        expectPart(
            thrown(() => log.subscribe("loud")),
            "LevelSpecError"
        )
    })

    test("ten that nobody reads take no more heap than their bytes", async () => {
        const { log } = freshLog()
        const receivers: LogReceiver[] = []
        for (let i = 0; i < 10; ++i) receivers.push(log.subscribe("info"))
        for (let i = 0; i < 40; ++i) {
            log.logger("x").info("a line of forty bytes, as most are: {0}", i)
            await ds.sleep(0)
        }
        for (const receiver of receivers) {
            expect(receiver.queue.length > 10).toBe(true)
            await log.unsubscribe(receiver)
        }
    })
})

// rows: L9
describe("names and times", () => {
    test("patterns", () => {
        expect(matches("a*c", "abc")).toBe(true)
        expect(matches("a*c", "abcd")).toBe(false)
        expect(matches("*", "")).toBe(true)
        expect(matches("a**", "a")).toBe(true)
        expect(matches("a*", "a")).toBe(true)
        expect(matches("*a", "a")).toBe(true)
        expect(matches("a*", "")).toBe(false)
        expect(matches("a*b*a", "aba")).toBe(true)
        expect(matches("ab*ba", "aba")).toBe(false)
        expect(matches("a.c", "abc")).toBe(false)
        expect(covers("net", "net.tcp")).toBe(true)
        expect(covers("net", "network")).toBe(false)
        expect(covers("n*t", "net.tcp.x")).toBe(true)
        expect(covers("net.tcp", "net")).toBe(false)
    })

    test("RFC 3339, leap years and the turn of a century", () => {
        expect(rfc3339(0)).toBe("1970-01-01T00:00:00.000Z")
        expect(rfc3339(951782399999)).toBe("2000-02-28T23:59:59.999Z")
        expect(rfc3339(951782400000)).toBe("2000-02-29T00:00:00.000Z")
        expect(rfc3339(1709164800001)).toBe("2024-02-29T00:00:00.001Z")
        expect(rfc3339(1767225599000)).toBe("2025-12-31T23:59:59.000Z")
        expect(rfc3339(4107542400000)).toBe("2100-03-01T00:00:00.000Z")
        expect(rfc3339(253402300799999)).toBe("9999-12-31T23:59:59.999Z")
        expect(uptimeText(7)).toBe("0.007")
        expect(uptimeText(86400050)).toBe("86400.050")
    })

    test("the VM's own clock", async () => {
        const log = new LogSystem(new SystemClock())
        const out = new Recorder()
        let time = 0
        out.onEmit = record => {
            time = record.time
        }
        log.addHandler("out", out)
        const before = ds.millis()
        log.logger("x").info("m")
        expect(time >= before && time <= ds.millis()).toBe(true)
    })
})
