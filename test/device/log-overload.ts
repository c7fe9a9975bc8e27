import * as ds from "@devicescript/core"
import { afterEach, describe, expect, test } from "@devicescript/test"
import {
    ERROR,
    FilterChain,
    Handler,
    HandlerOptions,
    INFO,
    LogRecord,
    LogSystem,
    NONE,
    parseLevelSpec,
    RingHandler,
    STOP,
    topicFilter,
} from "../../src/log"
import { account, fresh, info, settle } from "./support/handlers"
import { expectPart, Recorder, thrown } from "./support/log"
import { OPTION_ERROR } from "../../src/platform"
import { ManualClock } from "../../src/testing"
import { Random } from "../vectors/random"

/** A handler that counts, beside a count of what its options and burst limit let it have. */
class LimitModel implements Handler {
    private got = 0
    private reports = 0
    private until: number
    private used = 0
    private given = 0
    private dropped = 0

    constructor(
        private readonly log: LogSystem,
        private readonly name: string,
        options: HandlerOptions,
        private records: number,
        private window: number
    ) {
        options.burst = { records, window }
        log.addHandler(name, this, options)
        this.until = log.clock.millis() + window
    }

    emit(record: LogRecord): void {
        if (record.topic === "log") this.reports++
        else this.got++
    }

    /** Sets another limit, which begins a new window. */
    limit(records: number, clock: ManualClock): void {
        const burst = { records, window: this.window }
        this.log.configureHandler(this.name, { burst })
        this.records = records
        this.until = clock.now + this.window
        this.used = 0
    }

    count(topic: string, level: number, now: number): void {
        if (this.name === "only a" && topic !== "a") return
        if (now >= this.until) {
            this.until = now + this.window
            this.used = 0
        }
        if (this.name === "errors" && level > ERROR) return
        if (this.name === "not b" && topic === "b") return
        if (this.name === "by topic" && topic !== "b" && level > ERROR) return
        const most = level <= ERROR ? 2 * this.records : this.records
        if (this.used < most) {
            this.used++
            this.given++
        } else this.dropped++
    }

    check(): void {
        const { name, given, dropped } = this
        expect(`${name} ${this.got}`).toBe(`${name} ${given}`)
        const { account } = info(this.log, name)
        expect(`${name} ${account.dropped}`).toBe(`${name} ${dropped}`)
        expect(`${name} ${account.delivered}`).toBe(
            `${name} ${given + this.reports}`
        )
    }
}

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
        // the next overload is reported separately
        for (let i = 0; i < 6; ++i) l.info("{0}", i)
        out.take()
        clock.now += 100
        log.tick()
        expect(out.take()).toBe(
            'warning log log handler "out": 2 records dropped, burst limit'
        )
    })

    test("the log's own limit holds where a handler has no other", () => {
        const clock = new ManualClock()
        const log = new LogSystem(clock, "info", 2)
        const [out, free, ring] = [
            new Recorder(),
            new Recorder(),
            new RingHandler(256),
        ]
        log.addHandler("out", out)
        log.addHandler("free", free, { burst: null })
        log.addHandler("ring", ring)
        const l = log.logger("x")
        for (let i = 0; i < 5; ++i) l.info("{0}", i)
        expect(out.seen.length).toBe(2)
        expect(free.seen.length).toBe(5)
        expect(ring.next()).toBe(5)
        expect(account(log, "out")).toBe("5 = 2 + 0 + 3")
        const none = new LogSystem(clock, "info", 0)
        const all = new Recorder()
        none.addHandler("all", all)
        for (let i = 0; i < 101; ++i) none.logger("x").info("{0}", i)
        expect(all.seen.length).toBe(101)
        expect(thrown(() => new LogSystem(clock, "info", -1))).toBe(
            OPTION_ERROR +
                ": log: burst: wanted a whole number, 0 to 1000000, got -1"
        )
    })

    test("the report waits for the end of the window, whatever else is due", () => {
        const { log, out, l, clock } = fresh({
            burst: { records: 2, window: 100 },
        })
        const bad = new Recorder()
        log.addHandler("bad", bad, { restartAfter: 1 })
        bad.onEmit = () => {
            throw "once"
        }
        for (let i = 0; i < 4; ++i) l.info("{0}", i)
        bad.onEmit = undefined
        out.take()
        clock.now += 1
        log.tick()
        expect(info(log, "bad").state).toBe("running")
        expect(out.take()).toBe("")
        clock.now += 99
        log.tick()
        expectPart(out.take(), "records dropped, burst limit")
    })

    test("a handler that is out gets the report when it is back", () => {
        const { log, l, clock } = fresh()
        const bad = new Recorder()
        log.addHandler("bad", bad, {
            burst: { records: 1, window: 10 },
            restartAfter: 50,
        })
        l.info("1")
        l.info("2")
        clock.now += 10
        bad.onEmit = () => {
            throw "once"
        }
        l.info("3")
        bad.onEmit = undefined
        bad.take()
        log.tick()
        expect(bad.take()).toBe("")
        clock.now += 50
        log.tick()
        expect(bad.take()).toBe(
            'warning log log handler "bad": 1 records dropped, burst limit'
        )
    })

    test("the report gets through at any level of the handler", () => {
        const { log, out, l, clock } = fresh({
            level: ERROR,
            burst: { records: 1, window: 10 },
        })
        l.error("1")
        l.error("2")
        l.error("3")
        clock.now += 10
        log.tick()
        expect(out.take()).toBe(
            'error x 1|error x 2|warning log log handler "out": 1 records dropped, burst limit'
        )
    })

    test("limits and accounts are exact for any mix of handlers and loggers", async () => {
        const { log, out, clock } = fresh({ burst: null })
        // the log's own reports would count for the handlers as well
        log.setLevel("log", NONE)
        const models = [
            new LimitModel(log, "free", {}, 1000000, 1000),
            new LimitModel(log, "few", {}, 5, 100),
            new LimitModel(log, "errors", { level: ERROR }, 3, 70),
            new LimitModel(log, "only a", { loggers: ["a"] }, 6, 90),
            new LimitModel(
                log,
                "not b",
                { filters: new FilterChain([topicFilter("b", STOP)]) },
                4,
                50
            ),
            new LimitModel(
                log,
                "by topic",
                { levels: parseLevelSpec("error info@b", NONE) },
                7,
                80
            ),
        ]
        const loggers = [log.logger("a"), log.logger("b"), log.logger("c")]
        loggers.push(loggers[0].with({ x: 1 }))
        const random = new Random(7)
        for (let i = 0; i < 1500; ++i) {
            const logger = loggers[random.below(4)]
            const level = random.below(3) === 0 ? ERROR : INFO
            logger.log(level, "{0}", i)
            for (const model of models)
                model.count(logger.name, level, clock.now)
            if (random.below(20) === 0) clock.now += random.below(60)
            if (random.below(40) === 0)
                models[1].limit(1 + random.below(9), clock)
            if (random.below(100) === 0)
                log.configureHandler("out", { level: random.below(8) })
            if (i % 25 === 0) {
                for (const model of models) model.check()
                // the heap has no room for all lines
                out.take()
                await ds.sleep(0)
            }
        }
        for (const model of models) model.check()
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
