import * as ds from "@devicescript/core"
import { afterEach, describe, expect, test } from "@devicescript/test"
import {
    BoundedQueue,
    DEBUG,
    ERROR,
    Formatter,
    Handler,
    HandlerInfo,
    HandlerOptions,
    IGNORE,
    INFO,
    KEEP,
    levelFilter,
    LINE_FORMATTER,
    LogFilter,
    LogRecord,
    LogSystem,
    NONE,
    progressFilter,
    STOP,
    taskFilter,
    TemplateFormatter,
    TIME_UPTIME,
    topicFilter,
    WARNING,
} from "../../src/log"
import { ConsoleHandler } from "../../src/log/handlers"
import {
    CountingFormatter,
    expectPart,
    ManualClock,
    Recorder,
    thrown,
} from "./support/log"

function fresh(options?: HandlerOptions) {
    const clock = new ManualClock()
    const log = new LogSystem(clock, "debug")
    const out = new Recorder()
    log.addHandler("out", out, options || { burst: null })
    return { clock, log, out, l: log.logger("x") }
}

function info(log: LogSystem, name: string): HandlerInfo {
    return log.handlers().find(handler => handler.name === name)
}

/** The account of a handler as text; fails when it does not add up. */
function account(log: LogSystem, name: string): string {
    const { received, delivered, queued, dropped } = info(log, name).account
    expect(received).toBe(delivered + queued + dropped)
    return `${received} = ${delivered} + ${queued} + ${dropped}`
}

class Thrower implements LogFilter, Formatter {
    armed = true

    constructor(readonly name: string) {}

    filter(record: LogRecord): number {
        if (this.armed) throw new Error("bad filter")
        return KEEP
    }

    format(record: LogRecord): string {
        if (this.armed) throw new Error("bad formatter")
        return "formatted " + record.message
    }
}

class Changer implements LogFilter {
    readonly name = "changer"

    filter(record: LogRecord): LogRecord {
        const copy = Object.assign({}, record) as LogRecord
        copy.message = `<${record.message}>`
        return copy
    }
}

/** Lets the fibers run that open handlers: they would pile up from test to test. */
async function settle() {
    await ds.sleep(2)
}

describe("handlers by name (L5)", () => {
    afterEach(settle)

    test("add, list, a taken name, remove", async () => {
        const { log, out, l } = fresh()
        await ds.sleep(2)
        expect(out.calls.join("|")).toBe("open")
        expectPart(
            thrown(() => log.addHandler("out", new Recorder())),
            'HandlerExistsError: log handler "out" exists already'
        )
        const second = new Recorder()
        log.addHandler("second", second, { level: ERROR })
        l.info("1")
        l.error("2")
        expect(second.take()).toBe("error x 2")
        expect(out.take()).toBe("info x 1|error x 2")
        expect(
            log
                .handlers()
                .map(h => `${h.name} ${h.level} ${h.state}`)
                .join("|")
        ).toBe("out 8 running|second 3 running")
        expect(account(log, "out")).toBe("2 = 2 + 0 + 0")
        await log.removeHandler("out")
        expect(out.calls.join("|")).toBe("open|close")
        l.error("3")
        expect(out.take()).toBe("")
        expect(second.take()).toBe("error x 3")
        let message = ""
        try {
            await log.removeHandler("out")
        } catch (e: any) {
            message = `${e.name}: ${e.message}`
        }
        expect(message).toBe(
            'UnknownHandlerError: no log handler "out"; there are: second'
        )
        log.addHandler("out", out)
        l.error("4")
        expect(out.take()).toBe("error x 4")
    })

    test("options change while running", () => {
        const { log, out, l } = fresh()
        log.configureHandler("out", { level: ERROR, path: "/x" })
        expect(out.calls[out.calls.length - 1]).toBe("configure level,path")
        l.warning("no")
        log.configureHandler("out", { level: WARNING })
        l.warning("yes")
        expect(out.take()).toBe("warning x yes")
        expectPart(
            thrown(() => log.configureHandler("out", { level: 11 })),
            "RangeError: level: -1 to 8 wanted, got 11"
        )
        expectPart(
            thrown(() =>
                log.configureHandler("out", {
                    burst: { records: 0, window: 10 },
                })
            ),
            "burst.records"
        )
        expectPart(
            thrown(() => log.configureHandler("out", { queue: { bytes: 9 } })),
            'log handler "out" has no queue'
        )
        l.warning("still")
        expect(out.take()).toBe("warning x still")
    })

    test("a logger restricted to one handler, a handler to loggers", () => {
        const { log, out } = fresh()
        const secret = new Recorder()
        log.addHandler("secret", secret, { loggers: ["vault", "k*y"] })
        const vault = log.logger("vault.door")
        const other = log.logger("other")
        vault.info("1")
        other.info("2")
        log.logger("key").info("3")
        expect(secret.take()).toBe("info vault.door 1|info key 3")
        expect(out.take()).toBe("info vault.door 1|info other 2|info key 3")
        log.restrict("vault", "secret")
        vault.info("4")
        expect(out.take()).toBe("")
        expect(secret.take()).toBe("info vault.door 4")
        log.restrict("vault", undefined)
        vault.info("5")
        expect(out.take()).toBe("info vault.door 5")
        expectPart(
            thrown(() => log.restrict("vault", "nobody")),
            "UnknownHandlerError"
        )
    })

    test("handlers are bounded", () => {
        const { log } = fresh()
        expectPart(
            thrown(() => {
                for (let i = 0; i < 20; ++i)
                    log.addHandler("h" + i, new Recorder())
            }),
            'log handler "h15": at most 16 fit'
        )
    })

    test("the console can be reconfigured and switched off (L6)", async () => {
        const { log, l } = fresh()
        log.addHandler("console", new ConsoleHandler())
        l.info("shown on the console")
        log.configureHandler("console", { level: NONE })
        l.emergency("not shown")
        expect(account(log, "console")).toBe("1 = 1 + 0 + 0")
        await log.removeHandler("console")
    })
})

describe("filters (L7)", () => {
    afterEach(settle)

    test("keep, stop, ignore and filterDefault", () => {
        const { log, out } = fresh({
            burst: null,
            filters: [
                topicFilter("net", STOP),
                levelFilter(0, ERROR, KEEP),
                taskFilter("pu*", KEEP),
            ],
            filterDefault: STOP,
        })
        log.logger("net.tcp").error("stopped first")
        log.logger("x").error("kept by level")
        log.logger("x").info("ignored by all")
        log.service("pump").info("kept by task")
        log.service("sensor").info("ignored")
        expect(out.take()).toBe(
            "error x kept by level|info task.pump kept by task"
        )
        log.configureHandler("out", { filterDefault: KEEP })
        log.logger("x").info("ignored by all")
        expect(out.take()).toBe("info x ignored by all")
    })

    test("a filter changes the record for its handler only", () => {
        const { log, out, l } = fresh()
        const plain = new Recorder()
        log.addHandler("plain", plain, { burst: null })
        log.configureHandler("out", {
            filters: [new Changer(), new Changer()],
        })
        l.info("m")
        expectPart(out.lines[0], "<<m>>")
        expectPart(plain.lines[0], "] m")
        expect(out.take()).toBe("info x <<m>>")
        expect(plain.take()).toBe("info x m")
    })

    test("filters before all handlers, for a topic", () => {
        const { log, out, l } = fresh()
        const changer = new Changer()
        log.addFilter(changer, { topic: "net" })
        log.addFilter(levelFilter(DEBUG, DEBUG, STOP))
        l.debug("no")
        l.info("1")
        log.logger("net.a").info("2")
        expect(out.take()).toBe("info x 1|info net.a <2>")
        expectPart(
            thrown(() => log.addFilter(changer)),
            'log filter "changer" exists already'
        )
        expect(log.removeFilter("changer")).toBe(true)
        expect(log.removeFilter("changer")).toBe(false)
        log.logger("net.a").info("3")
        expect(out.take()).toBe("info net.a 3")
    })

    test("progress reports are off, can be let through and filtered (L17)", () => {
        const { log, out, l } = fresh()
        const quiet = new Recorder()
        log.addHandler("quiet", quiet, { filters: [progressFilter(STOP)] })
        l.progress("started {0}", 1)
        expect(out.take()).toBe("")
        log.letProgress(true)
        l.progress("started {0}", 2)
        expect(out.lastMeta["progress"]).toBe(true)
        l.with({ a: 1 }).progress("stopped")
        expect(JSON.stringify(out.lastMeta)).toBe('{"a":1,"progress":true}')
        l.info("plain")
        expect(out.take()).toBe("info x started 2|info x stopped|info x plain")
        expect(quiet.take()).toBe("info x plain")
        log.letProgress(false)
        l.progress("started {0}", 3)
        expect(out.take()).toBe("")
    })
})

describe("formatters (L8)", () => {
    afterEach(settle)

    test("the default line", () => {
        const { log, out, clock } = fresh()
        log.service("pump", "inlet").warning("low: {0}", 3)
        expect(out.lines[0]).toBe("1.000 [WARNING] [pump.service.inlet] low: 3")
        clock.now = 61005
        log.logger("net").info("a\r\nb\nc")
        expect(out.lines[1]).toBe("61.005 [INFO] [net] a b c")
        clock.setWall(1700000000123)
        log.logger("net").info("now")
        expect(out.lines[2]).toBe("2023-11-14T22:13:20.123Z [INFO] [net] now")
    })

    test("a template with every field", () => {
        const { log, out, clock } = fresh()
        log.configureHandler("out", {
            formatter: new TemplateFormatter(
                "{time}|{level}|{topic}|{task}|{mark}|{message}|{meta}",
                { time: TIME_UPTIME, singleLine: false }
            ),
        })
        clock.setWall(1700000000123)
        log.service("pump").with({ a: 1, b: "x" }).error("m\nn")
        log.logger("net").info("m")
        expect(out.lines[0]).toBe(
            "1.000|ERROR|task.pump|pump|pump.service|m\nn|a=1 b=x"
        )
        expect(out.lines[1]).toBe("1.000|INFO|net||net|m|")
        log.configureHandler("out", {
            formatter: new TemplateFormatter("{time} <{message}>"),
        })
        log.logger("net").info("m\nn")
        expect(out.lines[2]).toBe("2023-11-14T22:13:20.123Z <m n>")
        log.configureHandler("out", { formatter: null })
        log.logger("net").info("m")
        expect(out.lines[3]).toBe(undefined)
    })

    test("a bad template is refused at once", () => {
        expectPart(
            thrown(() => new TemplateFormatter("a {nope}")),
            'RangeError: template "a {nope}": no field at character 3'
        )
        expectPart(
            thrown(() => new TemplateFormatter("{message")),
            "no field at character 1"
        )
        expectPart(
            thrown(() => new TemplateFormatter("{message}", { time: "no" })),
            'no format "no"'
        )
    })

    test("one formatter runs once for all handlers that share it", () => {
        const { log, l } = fresh()
        const a = new CountingFormatter("a")
        const b = new CountingFormatter("b")
        const last = new Recorder()
        log.addHandler("1", new Recorder(), { formatter: a })
        log.addHandler("2", new Recorder(), { formatter: b })
        log.addHandler("3", new Recorder(), {
            formatter: a,
            filters: [levelFilter(0, INFO, KEEP)],
        })
        log.addHandler("4", last, { formatter: b })
        l.info("m")
        expect(`${a.count} ${b.count}`).toBe("1 1")
        expect(last.lines[0]).toBe("b m")
    })
})

describe("what throws is taken out (L10)", () => {
    afterEach(settle)

    test("a handler: reported once by name, the caller never sees it", () => {
        const { log, out, l } = fresh()
        const bad = new Recorder()
        const later = new Recorder()
        log.addHandler("bad", bad)
        log.addHandler("later", later)
        bad.onEmit = () => {
            throw new RangeError("boom")
        }
        l.info("1")
        l.info("2")
        expect(bad.take()).toBe("info x 1")
        expectPart(
            out.seen[1],
            'error log log handler "bad": RangeError: boom at gpc:'
        )
        expectPart(out.seen[1], "; taken out")
        out.seen[1] = "report"
        expect(out.take()).toBe("info x 1|report|info x 2")
        later.seen[1] = "report"
        expect(later.take()).toBe("info x 1|report|info x 2")
        const { state, error, level } = info(log, "bad")
        expect(`${state} ${level}`).toBe("failed -1")
        expectPart(error, "RangeError: boom")
        expect(account(log, "bad")).toBe("1 = 0 + 0 + 1")
        // its name is free again
        const good = new Recorder()
        log.addHandler("bad", good)
        l.info("3")
        expect(good.take()).toBe("info x 3")
    })

    test("with restartAfter it comes back", () => {
        const { log, out, l, clock } = fresh()
        const bad = new Recorder()
        log.addHandler("bad", bad, { restartAfter: 500 })
        bad.onEmit = () => {
            throw "text"
        }
        l.info("1")
        bad.onEmit = undefined
        expectPart(out.take(), 'log handler "bad": threw text; back in 500 ms')
        bad.take()
        clock.now += 499
        log.tick()
        l.info("2")
        expect(bad.take()).toBe("")
        clock.now += 1
        log.tick()
        l.info("3")
        expect(bad.take()).toBe("info x 3")
        expect(info(log, "bad").state).toBe("running")
    })

    test("by itself, with the real clock", async () => {
        const { log, l, clock } = fresh()
        const bad = new Recorder()
        log.addHandler("bad", bad, { restartAfter: 5 })
        bad.onEmit = () => {
            throw new Error("once")
        }
        l.info("1")
        bad.onEmit = undefined
        clock.now += 5
        await ds.sleep(100)
        bad.take()
        l.info("2")
        expect(bad.take()).toBe("info x 2")
    })

    test("a handler's filter", () => {
        const { log, out, l, clock } = fresh()
        const filter = new Thrower("strict")
        log.configureHandler("out", {
            filters: [filter, levelFilter(0, 7, KEEP)],
            filterDefault: STOP,
            restartAfter: 100,
        })
        l.info("1")
        l.info("2")
        expectPart(
            out.seen[1],
            'error log filter "strict" of log handler "out": Error: bad filter'
        )
        out.seen[1] = "report"
        expect(out.take()).toBe("info x 1|report|info x 2")
        clock.now += 100
        log.tick()
        l.info("3")
        expectPart(out.take(), "bad filter")
    })

    test("a filter with a bad answer, and one before all handlers", () => {
        const { log, out, l, clock } = fresh()
        const wrong: any = { name: "wrong", filter: () => "yes" }
        const filter = new Thrower("early")
        log.addFilter(wrong)
        log.addFilter(filter, { restartAfter: 50 })
        l.info("1")
        const seen = out.take()
        expectPart(seen, 'error log log filter "wrong": TypeError: a filter')
        expectPart(seen, 'log filter "early": Error: bad filter')
        expectPart(seen, "back in 50 ms")
        expectPart(seen, "info x 1")
        l.info("2")
        expect(out.take()).toBe("info x 2")
        filter.armed = false
        clock.now += 50
        log.tick()
        filter.armed = true
        l.info("3")
        expectPart(out.take(), "early")
    })

    test("a formatter: the line is made by the default one meanwhile", () => {
        const { log, out, l, clock } = fresh()
        const formatter = new Thrower("f")
        const shared = new Recorder()
        log.configureHandler("out", { formatter, restartAfter: 10 })
        log.addHandler("shared", shared, { formatter })
        l.info("1")
        expect(out.lines[0]).toBe("1.000 [INFO] [x] 1")
        expect(shared.lines[0]).toBe("1.000 [INFO] [x] 1")
        expectPart(
            out.take(),
            'formatter of log handler "out": Error: bad formatter'
        )
        formatter.armed = false
        l.info("2")
        expect(out.lines[0]).toBe("1.000 [INFO] [x] 2")
        clock.now += 10
        log.tick()
        l.info("3")
        expect(out.lines[1]).toBe("formatted 3")
        expect(account(log, "out")).toBe("5 = 5 + 0 + 0")
    })

    test("opening and closing", async () => {
        const { log, out, l } = fresh()
        const bad: any = new Recorder()
        bad.open = () => {
            throw new Error("no device")
        }
        bad.close = () => {
            throw new Error("no close")
        }
        log.addHandler("bad", bad)
        await ds.sleep(5)
        expectPart(out.take(), 'opening log handler "bad": Error: no device')
        l.info("1")
        expect(bad.take()).toBe("")
        out.take()
        await log.removeHandler("bad")
        expectPart(out.take(), 'closing log handler "bad": Error: no close')
    })
})

describe("logging from inside (L11)", () => {
    afterEach(settle)

    test("is delivered once, later, and does not recurse", () => {
        const { log, out, l, clock } = fresh()
        const inner = log.logger("inner")
        const chatty = new Recorder()
        log.addHandler("chatty", chatty, { burst: null })
        chatty.onEmit = record => {
            inner.info("about {0}", record.message)
        }
        l.info("1")
        expect(chatty.take()).toBe("info x 1|info inner about 1")
        expect(out.take()).toBe("info x 1|info inner about 1")
        // what was logged while the inner record was delivered is dropped, and said
        chatty.onEmit = undefined
        clock.now += 1
        log.tick()
        expect(out.take()).toBe(
            "warning log log: 1 records dropped that were logged inside handlers"
        )
    })

    test("is bounded, from formatters and filters too", () => {
        const { log, out, l, clock } = fresh()
        const inner = log.logger("inner")
        const busy: any = {
            name: "busy",
            filter: () => {
                for (let i = 0; i < 20; ++i) inner.info("f")
                return IGNORE
            },
        }
        log.addFilter(busy, { topic: "x" })
        l.info("1")
        expect(out.seen.length).toBe(17)
        expect(out.seen[0]).toBe("info x 1")
        expect(out.seen[16]).toBe("info inner f")
        out.take()
        clock.now += 1
        log.tick()
        expectPart(out.take(), "4 records dropped")
    })

    test("a handler may remove another one", async () => {
        const { log, l } = fresh()
        const first = new Recorder()
        const second = new Recorder()
        log.addHandler("first", first)
        log.addHandler("second", second)
        first.onEmit = () => {
            log.configureHandler("second", { level: NONE })
            first.onEmit = undefined
        }
        l.info("1")
        l.info("2")
        expect(second.take()).toBe("")
        expect(first.take()).toBe("info x 1|info x 2")
    })
})

describe("burst limit (L13)", () => {
    afterEach(settle)

    test("N records a window, the rest counted and reported once", () => {
        const { log, out, l, clock } = fresh({
            burst: { records: 5, window: 100 },
        })
        for (let i = 0; i < 12; ++i) l.info("{0}", i)
        expect(out.seen.length).toBe(5)
        expect(account(log, "out")).toBe("12 = 5 + 0 + 7")
        clock.now += 99
        l.info("no")
        log.tick()
        expect(out.seen.length).toBe(5)
        out.take()
        clock.now += 1
        log.tick()
        expect(out.take()).toBe(
            'warning log log handler "out": 8 records dropped, burst limit'
        )
        log.tick()
        l.info("yes")
        expect(out.take()).toBe("info x yes")
        expect(account(log, "out")).toBe("15 = 7 + 0 + 8")
    })

    test("the report gets through at any level of the handler", () => {
        const { log, out, l, clock } = fresh({
            level: ERROR,
            burst: { records: 1, window: 10 },
        })
        l.error("1")
        l.error("2")
        clock.now += 10
        log.tick()
        expect(out.take()).toBe(
            'error x 1|warning log log handler "out": 1 records dropped, burst limit'
        )
    })

    test("is on by default: 100 records a second", () => {
        const { log, out, l } = fresh({})
        for (let i = 0; i < 110; ++i) l.info("m")
        expect(account(log, "out")).toBe("110 = 100 + 0 + 10")
        log.configureHandler("out", { burst: null })
        for (let i = 0; i < 110; ++i) l.info("m")
        expect(account(log, "out")).toBe("220 = 210 + 0 + 10")
    })
})

/** A slow handler: a queue, and a worker that the test moves. */
class Slow implements Handler {
    readonly advised: HandlerOptions = { burst: null }
    readonly queue = new BoundedQueue<string>({ entries: 8, bytes: 1000 })

    emit(record: LogRecord, line: string): void {
        this.queue.push(record.message, 10, record.level)
    }
}

describe("slow handlers (L12)", () => {
    afterEach(settle)

    test("drops are one record when the queue is low again", async () => {
        const { log, l, out, clock } = fresh()
        const slow = new Slow()
        log.addHandler("slow", slow)
        for (let i = 0; i < 20; ++i) l.info("{0}", i)
        expect(account(log, "slow")).toBe("20 = 0 + 6 + 14")
        // something else falls due while the queue is full: no report yet
        const bad = new Recorder()
        bad.onEmit = () => {
            throw new Error("once")
        }
        log.addHandler("bad", bad, { restartAfter: 1 })
        l.info("fault")
        bad.onEmit = undefined
        clock.now += 1
        log.tick()
        expectPart(out.take(), "back in 1 ms")
        for (let i = 0; i < 4; ++i) slow.queue.shift()
        await ds.sleep(5)
        expect(out.take()).toBe("")
        slow.queue.shift()
        clock.now += 1
        await ds.sleep(100)
        const report = 'log handler "slow": 15 records dropped, queue full'
        expect(out.take()).toBe("warning log " + report)
        expect(slow.queue.at(slow.queue.length - 1)).toBe(report)
        await ds.sleep(20)
        expect(out.take()).toBe("")
        expect(account(log, "slow")).toBe("23 = 5 + 3 + 15")
    })

    test("limits come from options, also while running", () => {
        const { log, l } = fresh()
        const slow = new Slow()
        log.addHandler("slow", slow, { queue: { dropAt: 100 } })
        for (let i = 0; i < 20; ++i) l.info("{0}", i)
        expect(account(log, "slow")).toBe("20 = 0 + 8 + 12")
        log.configureHandler("slow", { queue: { entries: 10 } })
        for (let i = 0; i < 5; ++i) l.info("{0}", i)
        expect(account(log, "slow")).toBe("25 = 0 + 10 + 15")
        expect(slow.queue.at(9)).toBe("1")
        expectPart(
            thrown(() => log.configureHandler("slow", { queue: { bytes: 0 } })),
            "RangeError: bytes"
        )
    })
})
