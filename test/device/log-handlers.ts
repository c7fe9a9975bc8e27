import * as ds from "@devicescript/core"
import { afterEach, describe, expect, test } from "@devicescript/test"
import {
    BoundedQueue,
    ConsoleHandler,
    DEBUG,
    ERROR,
    FilterChain,
    KEEP,
    levelFilter,
    NONE,
    parseLevelSpec,
    STOP,
    WARNING,
} from "../../src/log"
import { account, fresh, info, settle } from "./support/handlers"
import { expectPart, Recorder, thrown } from "./support/log"
import { OPTION_ERROR } from "../../src/platform"

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
        expect(out.calls[out.calls.length - 1]).toBe("configure path")
        l.warning("no")
        log.configureHandler("out", { level: WARNING })
        l.warning("yes")
        expect(out.take()).toBe("warning x yes")
        expectPart(
            thrown(() => log.configureHandler("out", { level: 11 })),
            OPTION_ERROR + ': log handler "out": level: wanted a level, -1 to 8'
        )
        expectPart(
            thrown(() =>
                log.configureHandler("out", {
                    burst: { records: 0, window: 10 },
                })
            ),
            "burst: records: wanted a whole number, 1 to 1000000, got 0"
        )
        expectPart(
            thrown(() => log.configureHandler("out", { queue: { bytes: 9 } })),
            'log handler "out": queue: wanted none: it has no queue'
        )
        l.warning("still")
        expect(out.take()).toBe("warning x still")
    })

    test("options can be read back, and given again", () => {
        const { log, out, l } = fresh({ level: WARNING, restartAfter: 5 })
        const filters = new FilterChain([levelFilter(0, ERROR, KEEP)])
        log.configureHandler("out", { filters, filterDefault: STOP })
        const options = log.handlerOptions("out")
        expect(options.filters.list[0].name).toBe("level")
        expect(
            `${options.level} ${options.restartAfter} ${options.filterDefault}`
        ).toBe(`${WARNING} 5 ${STOP}`)
        expect(`${options.burst.records} ${options.burst.window}`).toBe(
            "100 1000"
        )
        log.configureHandler("out", { level: DEBUG, filterDefault: KEEP })
        l.info("yes")
        log.configureHandler("out", options)
        l.warning("no")
        l.error("yes")
        expect(out.take()).toBe("info x yes|error x yes")
        expectPart(
            thrown(() => log.handlerOptions("nobody")),
            "UnknownHandlerError"
        )
    })

    test("a bad option is refused before anything is reported or changed", () => {
        const { log, out } = fresh()
        expectPart(
            thrown(() => log.addHandler("bad", new Recorder(), { level: 9 })),
            OPTION_ERROR + ': log handler "bad": level: wanted a level, -1 to 8'
        )
        expect(log.handlers().length).toBe(1)
        out.calls.pop()
        const before = out.calls.length
        thrown(() => log.configureHandler("out", { level: -2 }))
        expect(out.calls.length).toBe(before)
    })

    test("what is no handler, no chain of filters or no formatter is refused", () => {
        const { log } = fresh()
        const add = (handler: any, options?: any) =>
            thrown(() => log.addHandler("bad", handler, options))
        const wanted = OPTION_ERROR + ': log handler "bad": '
        for (const none of [undefined, {}, { emit: "text" }])
            expectPart(add(none), wanted + "emit: wanted a function, got")
        const good = new Recorder()
        expectPart(
            add(good, { filters: {} }),
            wanted + "filters: wanted a FilterChain, got"
        )
        expectPart(
            add(good, { formatter: {} }),
            wanted + "formatter: wanted a format function, got"
        )
        expectPart(
            add(good, { levels: {} }),
            wanted + "levels: wanted LevelRules, got"
        )
        expectPart(
            thrown(() => log.addFilter({ name: "bad" } as any)),
            "a function"
        )
        expect(log.handlers().length).toBe(1)
    })

    test("a restriction that ends leaves that of the topic above", () => {
        const { log, out } = fresh()
        const secret = new Recorder()
        log.addHandler("secret", secret)
        log.restrict("vault", "secret")
        log.restrict("vault.door", "out")
        const door = log.logger("vault.door")
        door.info("1")
        expect(out.take()).toBe("info vault.door 1")
        log.restrict("vault.door", undefined)
        door.info("2")
        expect(out.take()).toBe("")
        expect(secret.take()).toBe("info vault.door 2")
    })

    test("levels by topic are replaced, not added", () => {
        const { log, out } = fresh()
        const levels = parseLevelSpec("none debug@net", NONE)
        log.configureHandler("out", { levels })
        log.logger("net").info("1")
        log.logger("x").info("no")
        log.configureHandler("out", { levels: parseLevelSpec("info", NONE) })
        log.logger("x").info("2")
        log.logger("net").debug("no")
        expect(out.take()).toBe("info net 1|info x 2")
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
        expectPart(
            thrown(() => {
                for (let i = 0; i < 9; ++i) log.restrict("t" + i, "secret")
            }),
            "RangeError: at most 8 topics are restricted"
        )
    })

    test("a topic whose handler is gone goes to all, a freed one is forgotten (L14d)", async () => {
        const { log, out } = fresh()
        const vault = log.logger("vault")
        log.addHandler("secret", new Recorder())
        log.restrict("vault", "secret")
        vault.info("1")
        expect(out.take()).toBe("")
        await log.removeHandler("secret")
        vault.info("2")
        expect(out.take()).toBe("info vault 2")
        const isKept = () =>
            log.allLevels().some(({ topic }) => topic === "vault")
        expect(isKept()).toBe(true)
        log.freeTopic(vault)
        expect(isKept()).toBe(false)
        vault.info("3")
        expect(out.take()).toBe("info vault 3")
        expect(isKept()).toBe(true)
    })

    test("a queue that drops even the report is told once a drop (L12)", async () => {
        const { log, out, l, clock } = fresh()
        const queue = new BoundedQueue<string>()
        // as a flash log that was closed by another one of its name
        const closed = new Recorder()
        closed.onEmit = () => {
            queue.push("", 10)
            queue.clear()
        }
        log.addHandler("closed", Object.assign(closed, { queue }))
        l.info("1")
        clock.now += 1
        await ds.sleep(20)
        const report = 'log handler "closed": 1 records dropped, queue full'
        expect(out.take()).toBe(`info x 1|warning log ${report}`)
        l.info("2")
        clock.now += 1
        await ds.sleep(20)
        expectPart(out.take(), '"closed": 3 records dropped, queue full')
        expect(account(log, "closed")).toBe("4 = 0 + 0 + 4")
    })

    test("a long entry is dropped alone while the queue is low (L12)", () => {
        const queue = new BoundedQueue<number>({ bytes: 100 })
        queue.push(1, 20)
        expect(queue.push(2, 70)).toBe(false)
        expect(queue.push(3, 20)).toBe(true)
        // at 40 % the next one begins an overload
        expect(queue.push(4, 40)).toBe(false)
        expect(queue.push(5, 20)).toBe(false)
        expect(JSON.stringify(queue.account())).toBe(
            '{"received":5,"delivered":0,"queued":2,"dropped":3}'
        )
    })

    test("greater limits end an overload (L12)", () => {
        const queue = new BoundedQueue<number>({ entries: 4 })
        for (let i = 0; i < 5; ++i) queue.push(i, 1)
        expect(queue.stage).toBe("drop")
        let low = 0
        queue.onLow = () => {
            low++
        }
        queue.configure({ entries: 11 })
        expect(queue.push(5, 1)).toBe(false)
        queue.configure({ entries: 12 })
        expect(`${queue.stage} ${low}`).toBe("async 1")
        expect(queue.push(6, 1)).toBe(true)
    })

    test("one whose account throws hides no other", () => {
        const { log, l } = fresh()
        const account = () => {
            throw new Error("no figures")
        }
        log.addHandler("bad", Object.assign(new Recorder(), { account }))
        log.addHandler("last", new Recorder())
        l.info("1")
        expect(log.handlers().length).toBe(3)
        expectPart(info(log, "bad").error, "no figures")
        expect(info(log, "bad").account.received).toBe(1)
        expect(info(log, "last").account.received).toBe(1)
    })

    test("one whose account does not add up hides no other", () => {
        const { log, l } = fresh()
        const account = () => ({
            received: 3,
            delivered: 1,
            queued: 0,
            dropped: 1,
        })
        log.addHandler("bad", Object.assign(new Recorder(), { account }))
        log.addHandler("last", new Recorder())
        l.info("1")
        expect(info(log, "bad").error).toBe("its account does not add up")
        expect(info(log, "bad").account.received).toBe(3)
        expect(info(log, "last").account.received).toBe(1)
    })

    test("a name is one line", () => {
        const { log } = fresh()
        expectPart(
            thrown(() => log.addHandler("a\nb", new Recorder())),
            'name: wanted a text of 1 to 32 bytes, got "a#012b"'
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
