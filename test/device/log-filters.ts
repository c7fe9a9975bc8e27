import { afterEach, describe, expect, test } from "@devicescript/test"
import {
    DEBUG,
    ERROR,
    FilterChain,
    INFO,
    KEEP,
    levelFilter,
    LogRecord,
    progressFilter,
    STOP,
    taskFilter,
    TemplateFormatter,
    TIME_UPTIME,
    topicFilter,
    WARNING,
} from "../../src/log"
import { Changer, fresh, info, settle } from "./support/handlers"
import { CountingFormatter, expectPart, Recorder, thrown } from "./support/log"

describe("filters (L7)", () => {
    afterEach(settle)

    test("keep, stop, ignore and filterDefault", () => {
        const { log, out } = fresh({
            burst: null,
            filters: new FilterChain([
                topicFilter("net", STOP),
                levelFilter(0, ERROR, KEEP),
                taskFilter("pu*", KEEP),
            ]),
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
            filters: new FilterChain([new Changer(), new Changer()]),
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

    // rows: L14e
    test("what all filters before all handlers ignore is settled by a default", () => {
        const { log, out, l } = fresh()
        log.addFilter(topicFilter("net", KEEP))
        log.setFilterDefault(STOP)
        log.logger("net.a").info("kept")
        l.info("no filter asks for this one: it is not before x")
        log.addFilter(levelFilter(0, ERROR, KEEP))
        l.info("stopped")
        l.error("kept")
        expect(out.take()).toBe("info net.a kept|error x kept")
        log.setFilterDefault(KEEP)
        l.info("kept again")
        expect(out.take()).toBe("info x kept again")
        expectPart(
            thrown(() => log.setFilterDefault(2 as never)),
            "filterDefault: wanted a whole number, 0 to 1, got 2"
        )
    })

    test("topics of filters are checked as all others", () => {
        const { log, out, l } = fresh()
        const stop = levelFilter(INFO, DEBUG, STOP)
        const refused = (topic: string, fault: string) => {
            const add = () => log.addFilter(stop, { topic })
            expectPart(thrown(add), `: ${fault}`)
            expectPart(
                thrown(() => topicFilter(topic, STOP)),
                `: ${fault}`
            )
        }
        refused("", "a topic is missing")
        refused("net..a", "an empty part between dots")
        refused("x@y", "a second @")
        refused("a b", "a space in the topic")
        refused("a\n", "a control character in the topic")
        refused(
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "longer than 56 characters"
        )
        expectPart(
            thrown(() => taskFilter("a..b", STOP)),
            "an empty part between dots"
        )
        l.info("no filter was added")
        expect(out.take()).toBe("info x no filter was added")
        log.addFilter(stop, { topic: "x*" })
        l.info("stopped")
        expect(out.take()).toBe("")
    })

    test("filters before all handlers are bounded", () => {
        const { log } = fresh()
        expectPart(
            thrown(() => {
                for (let i = 0; i < 20; ++i)
                    log.addFilter(topicFilter("t" + i, STOP))
            }),
            'log filter "topic t16": at most 16 fit'
        )
    })

    test("handlers go by the level that a filter before them gave a record", () => {
        const { log, out, l } = fresh({ burst: null, level: ERROR })
        log.addFilter({
            name: "alarm",
            filter: record => {
                if (!record.message.includes("fire")) return KEEP
                const copy = Object.assign({}, record) as LogRecord
                copy.level = ERROR
                return copy
            },
        })
        const all = new Recorder()
        log.addHandler("all", all, { burst: null })
        l.info("fire")
        l.info("calm")
        expect(out.take()).toBe("error x fire")
        expect(all.take()).toBe("error x fire|info x calm")
    })

    test("progress reports are off, can be let through and filtered (L17)", () => {
        const { log, out, l } = fresh()
        const quiet = new Recorder()
        log.addHandler("quiet", quiet, {
            filters: new FilterChain([progressFilter(STOP)]),
        })
        l.progress("started {0}", 1)
        expect(out.take()).toBe("")
        log.enableProgress(true)
        l.progress("started {0}", 2)
        expect(out.lastMeta["progress"]).toBe(true)
        l.with({ a: 1 }).progress("stopped")
        expect(JSON.stringify(out.lastMeta)).toBe('{"a":1,"progress":true}')
        l.info("plain")
        expect(out.take()).toBe("info x started 2|info x stopped|info x plain")
        expect(quiet.take()).toBe("info x plain")
        log.setLevel("x", WARNING)
        l.progress("below the level")
        expect(out.take()).toBe("")
        log.setLevel("x", undefined)
        log.enableProgress(false)
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
        expect(out.lines[1]).toBe("61.005 [INFO] [net] a#015#012b#012c")
        clock.setWall(1700000000123)
        log.logger("net").info("now")
        expect(out.lines[2]).toBe("2023-11-14T22:13:20.123Z [INFO] [net] now")
    })

    test("a long message of many short lines stays within a slice", () => {
        const { log, out } = fresh()
        const parts: string[] = []
        for (let i = 0; i < 110; ++i) parts.push("a")
        log.logger("net").info(parts.join("\r\n"))
        expect(out.lines[0]).toBe(
            "1.000 [INFO] [net] " + parts.join("#015#012")
        )
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
            "1.000|ERROR|task.pump|pump|pump.service|m\n    n|a=1 b=x"
        )
        expect(out.lines[1]).toBe("1.000|INFO|net||net|m|")
        log.configureHandler("out", {
            formatter: new TemplateFormatter("{time} <{message}>"),
        })
        log.logger("net").info("m\nn\ro")
        expect(out.lines[2]).toBe("2023-11-14T22:13:20.123Z <m#012n#015o>")
        log.configureHandler("out", {
            formatter: new TemplateFormatter("{task}"),
        })
        log.service("pump", "inlet").info("m")
        expect(out.lines[3]).toBe("pump")
        log.configureHandler("out", { formatter: null })
        log.logger("net").info("m")
        expect(out.lines[4]).toBe(undefined)
    })

    // rows: L14e
    test("local time, and lines of a limited length", () => {
        const { log, out, clock } = fresh()
        clock.setWall(1700000000123)
        const formatted = (options: any) => {
            log.configureHandler("out", {
                formatter: new TemplateFormatter("{time} {message}", options),
            })
            log.logger("x").info("K\u00fcche 0123456789")
            const [line] = out.lines
            out.take()
            return line
        }
        expect(formatted({ timeOffset: 90 })).toBe(
            "2023-11-14T23:43:20.123+01:30 K\u00fcche 0123456789"
        )
        expect(formatted({ timeOffset: -840 })).toBe(
            "2023-11-14T08:13:20.123-14:00 K\u00fcche 0123456789"
        )
        expect(formatted({ charsLimit: 32 })).toBe(
            "2023-11-14T22:13:20.123Z Küc..."
        )
        expectPart(
            thrown(() => formatted({ timeOffset: 841 })),
            "timeOffset: wanted a whole number, -840 to 840 minutes, got 841"
        )
        expectPart(
            thrown(() => formatted({ charsLimit: 15 })),
            "charsLimit: wanted a whole number, 16 to 65535 bytes, got 15"
        )
    })

    test("a time offset does nothing while the time is unknown", () => {
        const { log, out } = fresh()
        log.configureHandler("out", {
            formatter: new TemplateFormatter("{time} {message}", {
                timeOffset: 90,
            }),
        })
        log.logger("x").info("early")
        expect(out.lines[0]).toBe("1.000 early")
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
            thrown(
                () =>
                    new TemplateFormatter("{message}", { time: "no" as never })
            ),
            'OptionError: formatter: time: wanted rfc3339|uptime, got "no"'
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
            filters: new FilterChain([levelFilter(0, INFO, KEEP)]),
        })
        log.addHandler("4", last, { formatter: b })
        l.info("m")
        expect(`${a.count} ${b.count}`).toBe("1 1")
        expect(last.lines[0]).toBe("b m")
        // also one that gets it while running
        log.configureHandler("out", { formatter: b })
        log.configureHandler("2", { formatter: a })
        l.info("m")
        expect(`${a.count} ${b.count}`).toBe("2 2")
    })
})
