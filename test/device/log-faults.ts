import * as ds from "@devicescript/core"
import { afterEach, describe, expect, test } from "@devicescript/test"
import {
    closeLog,
    FilterChain,
    IGNORE,
    INFO,
    KEEP,
    levelFilter,
    NONE,
    STOP,
    WARNING,
} from "../../src/log"
import { CLOSE_MS } from "../../src/log/maintenance"
import { isAlive } from "../../src/platform"
import { account, fresh, info, settle, Thrower } from "./support/handlers"
import { expectPart, Recorder, thrown } from "./support/log"
import { until } from "./support/until"

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
        await until(
            'info(log, "bad").state === "running"',
            () => info(log, "bad").state === "running"
        )
        bad.take()
        l.info("2")
        expect(bad.take()).toBe("info x 2")
    })

    test("a handler's filter", () => {
        const { log, out, l, clock } = fresh()
        const filter = new Thrower("strict")
        log.configureHandler("out", {
            filters: new FilterChain([filter, levelFilter(0, 7, KEEP)]),
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
        expect(filter.asked).toBe(1)
        filter.armed = false
        clock.now += 50
        log.tick()
        filter.armed = true
        l.info("3")
        expectPart(out.take(), "early")
    })

    test("filters before all handlers come back each at its time, or by hand", () => {
        const { log, out, l, clock } = fresh()
        const late = new Thrower("late")
        const soon = new Thrower("soon")
        const never = new Thrower("never")
        log.addFilter(late, { restartAfter: 500 })
        log.addFilter(soon, { restartAfter: 100 })
        log.addFilter(never)
        l.info("1")
        expectPart(out.take(), 'log filter "never": Error: bad filter')
        soon.armed = never.armed = false
        clock.now += 100
        log.tick()
        l.info("2")
        expect(`${late.asked} ${soon.asked} ${never.asked}`).toBe("1 2 1")
        // one that is out makes room for one of its name, once
        log.addFilter(never)
        expectPart(
            thrown(() => log.addFilter(never)),
            "exists already"
        )
        clock.now += 400
        log.tick()
        l.info("3")
        expect(late.asked).toBe(2)
        expect(never.asked > 1).toBe(true)
        expect(log.removeFilter("never")).toBe(true)
        expect(log.removeFilter("never")).toBe(false)
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

    test("two faults, one after the other, both come back", () => {
        const { log, out, l, clock } = fresh()
        const filter = new Thrower("strict")
        const bad = new Recorder()
        log.addHandler("bad", bad, {
            level: WARNING,
            filters: new FilterChain([
                filter,
                levelFilter(WARNING, WARNING, STOP),
            ]),
            restartAfter: 100,
        })
        l.error("1")
        filter.armed = false
        bad.onEmit = () => {
            throw new Error("boom")
        }
        l.error("2")
        bad.onEmit = undefined
        expectPart(out.take(), "Error: boom")
        expect(info(log, "bad").state).toBe("failed")
        clock.now += 100
        log.tick()
        bad.take()
        filter.armed = true
        l.info("no")
        l.warning("stopped by the filter after the faulty one")
        l.error("3")
        expectPart(bad.seen[0], 'log filter "strict" of log handler "bad"')
        bad.seen[0] = "report"
        expect(bad.take()).toBe("report|error x 3")
    })

    test("a faulty formatter of a faulty handler loses no count", () => {
        const { log, l } = fresh()
        const bad = new Recorder()
        bad.onEmit = () => {
            throw new Error("boom")
        }
        log.addHandler("bad", bad, { formatter: new Thrower("f") })
        l.info("1")
        expect(account(log, "bad")).toBe("1 = 0 + 0 + 1")
        expect(account(log, "out")).toBe("3 = 3 + 0 + 0")
    })

    test("a handler that is out makes room, and is closed", async () => {
        const { log, l } = fresh()
        const bad = new Recorder()
        log.addHandler("bad", bad)
        bad.onEmit = () => {
            throw new Error("boom")
        }
        l.info("1")
        const good = new Recorder()
        log.addHandler("bad", good)
        await ds.sleep(5)
        expect(bad.calls.join()).toBe("open,close")
        expect(good.calls.join()).toBe("open")
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

    test("what could not be opened is opened again when it comes back", async () => {
        const { log, out, l, clock } = fresh()
        const bad: any = new Recorder()
        let opened = 0
        bad.open = async () => {
            await ds.sleep(0)
            if (++opened < 3) throw new Error("no device")
        }
        log.addHandler("bad", bad, { restartAfter: 100 })
        await ds.sleep(5)
        expectPart(out.take(), 'opening log handler "bad": Error: no device')
        clock.now += 100
        log.tick()
        await ds.sleep(5)
        expect(opened).toBe(2)
        expect(info(log, "bad").state).toBe("failed")
        log.configureHandler("bad", { restartAfter: 0 })
        await ds.sleep(5)
        expect(opened).toBe(3)
        bad.onEmit = () => {
            throw new Error("once")
        }
        l.info("1")
        log.configureHandler("bad", {})
        await ds.sleep(5)
        expect(opened).toBe(3)
        expect(info(log, "bad").state).toBe("running")
    })

    test("one that never closes does not hold up the others, nor a restart", async () => {
        const { log, clock } = fresh()
        const stuck: any = new Recorder()
        stuck.close = async () => {
            await ds.suspend()
        }
        const later = new Recorder()
        log.addHandler("stuck", stuck)
        log.addHandler("later", later)
        const closing = closeLog.start(log)
        await ds.sleep(20)
        expect(later.calls.join()).toBe("open")
        clock.now += CLOSE_MS
        await until("all are closed", () => !isAlive(closing))
        expect(later.calls.join()).toBe("open,close")
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
        const refused =
            "warning log log: 1 records dropped that were logged inside handlers"
        const chat = chatty.onEmit
        chatty.onEmit = undefined
        clock.now += 1000
        log.tick()
        expect(out.take()).toBe(refused)
        chatty.onEmit = chat
        l.info("2")
        chatty.onEmit = undefined
        out.take()
        // each report doubles the time to the next one
        clock.now += 1999
        log.tick()
        expect(out.take()).toBe("")
        clock.now += 1
        log.tick()
        expect(out.take()).toBe(refused)
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
        clock.now += 1000
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
