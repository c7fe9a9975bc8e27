import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    DEBUG,
    ERROR,
    INFO,
    levelName,
    LEVEL_NAMES,
    LEVEL_SPEC_ERROR,
    MAX_TOPICS,
    LogSystem,
    NONE,
    NOTICE,
    parseLevel,
    parseLevelSpec,
    TRACE,
    WARNING,
} from "../../src/log"
import {
    CountingFormatter,
    expectPart,
    freshLog,
    Recorder,
    thrown,
} from "./support/log"
import { ManualClock } from "../../src/testing"

/** Place of the fault in a level specification, or -1 when it parses. */
function faultAt(spec: string): number {
    try {
        parseLevelSpec(spec, INFO)
    } catch (e: any) {
        return e.name === LEVEL_SPEC_ERROR ? e.at : -2
    }
    return -1
}

describe("levels (L1)", () => {
    test("eight severities of RFC 5424, trace below them, none", () => {
        const names: string[] = []
        for (let level = NONE; level <= TRACE; ++level) {
            names.push(levelName(level))
            expect(parseLevel(levelName(level))).toBe(level)
        }
        expect(names.join(", ")).toBe(LEVEL_NAMES)
        expect(LEVEL_NAMES).toBe(
            "none, emergency, alert, critical, error, warning, notice, info, debug, trace"
        )
        expect(parseLevel("emergency")).toBe(0)
        expect(parseLevel("DEBUG")).toBe(7)
        expect(parseLevel("none")).toBe(-1)
        expect(parseLevel("warni")).toBe(undefined)
        expect(levelName(4)).toBe("warning")
    })

    test("levels have syslog's own names and numbers, too", () => {
        const words = "emerg crit err warn 0 1 2 3 4 5 6 7"
        const levels = words.split(" ").map(word => parseLevel(word))
        expect(levels.join(" ")).toBe("0 2 3 4 0 1 2 3 4 5 6 7")
        for (const word of ["8", "-1", "", "er", "panic", "07", " ", ","])
            expect(parseLevel(word)).toBe(undefined)
        // of one level's words, two together are none
        for (const sign of [",", " ", "x", "X", "-", "|"])
            for (const word of [`err${sign}3`, `emergency${sign}emerg`, sign])
                expect(`${word} ${parseLevel(word)}`).toBe(`${word} undefined`)
        expectPart(
            thrown(() => parseLevelSpec("err,3@net", INFO)),
            'character 1: "err,3" is no level'
        )
        expect(
            parseLevelSpec("err 7@net WARN@task.*", INFO).levelOf("net")
        ).toBe(DEBUG)
    })

    test("each method writes its level", () => {
        const { log, out } = freshLog("trace")
        const l = log.logger("x")
        l.trace("m")
        l.debug("m")
        l.info("m")
        l.notice("m")
        l.warning("m")
        l.error("m")
        l.critical("m")
        l.alert("m")
        l.emergency("m")
        l.log(WARNING, "{0}", 1)
        l.log(NONE, "never")
        l.log(99 as never, "no level")
        expect(out.take()).toBe(
            "trace x m|debug x m|info x m|notice x m|warning x m|error x m|" +
                "critical x m|alert x m|emergency x m|warning x 1|error x no level"
        )
    })

    test("trace can be set at the start only", () => {
        const { log, out } = freshLog("info trace@deep")
        log.logger("deep").trace("t")
        log.logger("x").trace("t")
        expect(out.take()).toBe("trace deep t")
        expectPart(
            thrown(() => log.setLevel("x", TRACE)),
            "trace can be set at the start only"
        )
        expect(thrown(() => log.setSpec("trace"))).toBe(
            "RangeError: trace can be set at the start only"
        )
        expectPart(
            thrown(() => log.setSpec("info trace@x")),
            'topic "x"'
        )
        expect(log.spec()).toBe("info trace@deep")
        // a specification that keeps the trace levels of the start is accepted
        log.setSpec("error trace@deep")
        expect(log.spec()).toBe("error trace@deep")
    })
})

describe("named loggers (L2)", () => {
    test("one instance for a topic, topics are bounded and checked", async () => {
        const { log, out } = freshLog()
        expect(log.logger("a.b") === log.logger("a.b")).toBe(true)
        const malformed: any[] = [
            "",
            "a..b",
            ".a",
            "a.",
            "a b",
            "a@b",
            "a]b",
            "a\nb",
            "a\rb",
            "a\x1bb",
            "a\x7fb",
            "a\u0085b",
            undefined,
            null,
            5,
            {},
        ]
        malformed.forEach(bad =>
            expectPart(
                thrown(() => log.logger(bad)),
                "RangeError: topic"
            )
        )
        await ds.sleep(0)
        // a logger that was dropped for others works as before, and takes the same levels
        const first = log.logger("many0")
        for (let i = 0; i < 70; ++i) log.logger("many" + i)
        expect(log.topics.length).toBe(MAX_TOPICS)
        first.error("0")
        expect(out.take()).toBe("error many0 0")
        log.setLevel("many0", NONE)
        first.error("no")
        log.setLevel("many0", DEBUG)
        first.debug("1")
        expect(out.take()).toBe("debug many0 1")
        await ds.sleep(0)
        // nothing else is harmed
        log.logger("a.b").error("still there")
    })

    test("a logger without a level inherits along the dots", () => {
        const { log, out } = freshLog("warning")
        const parent = log.logger("net")
        const child = log.logger("net.syslog.tcp")
        const other = log.logger("network")
        log.setLevel("net", DEBUG)
        expect(log.topicLevel("net.syslog.tcp")).toBe(DEBUG)
        child.debug("1")
        parent.debug("2")
        other.info("no")
        log.setLevel("net.syslog", ERROR)
        child.warning("no")
        parent.debug("3")
        log.setLevel("net.syslog", undefined)
        child.debug("4")
        log.setLevel("net", undefined)
        child.notice("no")
        child.warning("5")
        expect(out.take()).toBe(
            "debug net.syslog.tcp 1|debug net 2|debug net 3|" +
                "debug net.syslog.tcp 4|warning net.syslog.tcp 5"
        )
    })

    test("levels of tasks change while running, also by pattern", () => {
        const { log, out } = freshLog()
        const sensor = log.service("sensor")
        const pump = log.service("pump")
        sensor.debug("no")
        sensor.info("by default")
        log.setLevel("task.*", ERROR)
        log.setLevel("task.pump", DEBUG)
        sensor.warning("no")
        pump.debug("yes")
        expect(out.take()).toBe(
            "info task.sensor by default|debug task.pump yes"
        )
        expect(log.topicLevel("task.sensor")).toBe(ERROR)
    })

    test("a change can be awaited and listened to", async () => {
        const { log } = freshLog()
        let heard = 0
        const stop = log.onLevelChange(() => {
            heard++
        })
        const changes: boolean[] = []
        const wait = async () => {
            changes.push(await log.levelChange())
        }
        wait.start()
        wait.start()
        await ds.sleep(5)
        expect(changes.length).toBe(0)
        log.setLevel("x", DEBUG)
        await ds.sleep(5)
        expect(changes.join(",")).toBe("true,true")
        log.setSpec("error")
        stop()
        log.setSpec("info")
        expect(heard).toBe(2)
        const again = log.onLevelChange(() => {
            heard++
        })
        // the most detailed level stays as it is
        log.setLevel("y", ERROR)
        expect(heard).toBe(3)
        log.configureHandler("out", { burst: null })
        expect(heard).toBe(3)
        log.configureHandler("out", { level: ERROR })
        expect(heard).toBe(4)
        again()
        expect(await log.levelChange(5)).toBe(false)
    })

    // rows: L14c
    test("a handler that throws, and one that comes back, is a change", async () => {
        const { clock, log, out } = freshLog()
        const bad = new Recorder()
        log.addHandler("bad", bad, { direct: true, restartAfter: 100 })
        bad.onEmit = () => {
            throw "once"
        }
        const maxima: number[] = []
        log.onLevelChange(() => {
            maxima.push(log.maxLevel())
        })
        log.logger("x").info("1")
        bad.onEmit = undefined
        // listeners are never called within a log call
        expect(maxima.length).toBe(0)
        const changed = await log.levelChange(50)
        expect(`${changed} ${maxima.join(" ")}`).toBe(`true ${INFO}`)
        clock.now += 100
        log.tick()
        expect(maxima.join(" ")).toBe(`${INFO} ${TRACE}`)
        log.tick()
        out.take()
        expect(maxima.length).toBe(2)
    })

    test("listeners and those who wait are bounded, and leave", async () => {
        const { log } = freshLog()
        let failed = ""
        let ended = 0
        const wait = async () => {
            try {
                await log.levelChange(5)
            } catch (e: any) {
                failed += e.message
            }
            ended++
        }
        const waitTogether = async (count: number) => {
            ended = 0
            for (let i = 0; i < count; ++i) wait.start()
            while (ended < count) await ds.sleep(5)
        }
        await waitTogether(8)
        await waitTogether(8)
        expect(failed).toBe("")
        await waitTogether(9)
        expect(failed).toBe("at most 8 wait for a level")
        for (let i = 0; i < 8; ++i) log.onLevelChange(() => {})
        expectPart(
            thrown(() => log.onLevelChange(() => {})),
            "RangeError: at most 8 level listeners"
        )
    })

    test("a throwing listener is reported and harms nobody", () => {
        const { log, out } = freshLog()
        log.onLevelChange(() => {
            throw new Error("deaf")
        })
        let heard = 0
        log.onLevelChange(() => {
            heard++
        })
        log.setLevel("x", DEBUG)
        expect(heard).toBe(1)
        expectPart(out.take(), "error log level listener: Error: deaf")
    })
})

describe("level specification (L3)", () => {
    test("default and overrides, in any order", () => {
        const rules = parseLevelSpec("debug@net  error warning@task.*", INFO)
        expect(rules.levelOf("x")).toBe(ERROR)
        expect(rules.levelOf("net.a")).toBe(DEBUG)
        expect(rules.levelOf("task.a")).toBe(WARNING)
        expect(rules.levelOf("task")).toBe(ERROR)
        expect(rules.toText()).toBe("error debug@net warning@task.*")
        expect(parseLevelSpec("", NOTICE).levelOf("x")).toBe(NOTICE)
        expect(parseLevelSpec("NONE", INFO).levelOf("x")).toBe(NONE)
    })

    test("words between blanks, tabs and line ends", () => {
        const rules = parseLevelSpec("\terror\t debug@net\r\ninfo@x\n", INFO)
        expect(rules.toText()).toBe("error debug@net info@x")
        expect(faultAt("error\tdebug@net\nloud")).toBe(16)
    })

    test("the level of each topic in use", () => {
        const { log } = freshLog("warning debug@net")
        log.logger("net.tcp")
        log.service("pump").info("no")
        log.logger("task.pump")
        log.setLevel("task.*", ERROR)
        expect(
            log
                .allLevels()
                .map(({ topic, level }) => `${topic} ${levelName(level)}`)
                .join("|")
        ).toBe("log warning|net.tcp debug|task.pump error| warning")
    })

    test("the most exact one wins", () => {
        const rules = parseLevelSpec(
            "error info@task.* debug@task.pump warning@task.pu* notice@*.deep",
            INFO
        )
        expect(rules.levelOf("task.sensor")).toBe(INFO)
        expect(rules.levelOf("task.pump")).toBe(DEBUG)
        expect(rules.levelOf("task.pulse")).toBe(WARNING)
        expect(rules.levelOf("other.deep")).toBe(NOTICE)
        expect(rules.levelOf("task.pump.child")).toBe(DEBUG)
        expect(rules.levelOf("task.pulse.deep")).toBe(WARNING)
    })

    test("of equals the one without star wins, then the later; stars do not count", () => {
        const level = (spec: string) =>
            parseLevelSpec(spec, INFO).levelOf("task")
        expect(level("debug@task error@task*")).toBe(DEBUG)
        expect(level("error@t*sk debug@ta*k")).toBe(DEBUG)
        expect(level("debug@ta*k error@t*sk")).toBe(ERROR)
        expect(level("debug@ta*k error@t***k")).toBe(DEBUG)
    })

    test("a malformed one is refused with the place of the fault", () => {
        expect(faultAt("error debug@net")).toBe(-1)
        expect(faultAt("loud")).toBe(0)
        expect(faultAt("error loud@net")).toBe(6)
        expect(faultAt("error  debug@")).toBe(13)
        expect(faultAt("error debug@net info")).toBe(16)
        expect(faultAt("debug@a..b")).toBe(6)
        expect(faultAt("debug@a@b")).toBe(6)
        expect(faultAt("debug@a info@a")).toBe(13)
        expect(faultAt("@net")).toBe(0)
        const long =
            "a.234567890123456789012345678901234567890123456789012345678"
        expect(faultAt(`debug@${long.slice(0, 56)}`)).toBe(-1)
        expect(faultAt(`debug@${long}`)).toBe(6)
        expectPart(
            thrown(() => parseLevelSpec("info dbug@net", INFO)),
            'LevelSpecError: level specification "info dbug@net", character 6: ' +
                '"dbug" is no level; wanted none, emergency'
        )
        const many: string[] = []
        for (let i = 0; i < 33; ++i) many.push(`info@t${i}`)
        expectPart(
            thrown(() => parseLevelSpec(many.join(" "), INFO)),
            "more than 32 topics"
        )
    })

    test("the longest is taken in one slice, and reaches 16 topics in the next", async () => {
        const { log, out } = freshLog()
        const words: string[] = []
        for (let i = 10; i < 42; ++i)
            words.push(`error@task.sensors.of.the.upper.lower.floors.x${i}.*`)
        const topics: string[] = []
        for (let i = 10; i < 26; ++i)
            topics.push(`task.sensors.of.the.upper.lower.floors.x${i}`)
        for (const topic of topics) log.logger(topic).info("before")
        await ds.sleep(1)
        log.setSpec(words.join(" "))
        await ds.sleep(1)
        out.take()
        for (const topic of topics) log.logger(topic + ".y").info("hidden")
        expect(out.take()).toBe("")
        await ds.sleep(1)
        for (const topic of topics) log.logger(topic).error("shown")
        expect(out.lines.length).toBe(16)
    })

    test("the old one stays in force", () => {
        const { log, out } = freshLog("error debug@net")
        expectPart(
            thrown(() => log.setSpec("info debug@net loud")),
            "character 16"
        )
        expect(log.spec()).toBe("error debug@net")
        log.logger("x").info("no")
        log.logger("net").debug("yes")
        expect(out.take()).toBe("debug net yes")
        log.setSpec("none error@net")
        log.logger("x").emergency("no")
        log.logger("net").error("yes")
        expect(out.take()).toBe("error net yes")
        expectPart(
            thrown(() => new LogSystem(new ManualClock(), "nothing")),
            "LevelSpecError"
        )
    })
})

describe("a disabled call (L4)", () => {
    test("makes no record and formats nothing", () => {
        const { log, out, clock } = freshLog()
        const formatter = new CountingFormatter("f")
        log.configureHandler("out", { formatter })
        const l = log.logger("x")
        clock.asked = 0
        for (let i = 0; i < 50; ++i) l.debug("v {0}", i)
        l.logReport(DEBUG, { a: 1 }, () => {
            throw new Error("rendered")
        })
        expect(clock.asked + formatter.count + out.seen.length).toBe(0)
        l.info("v {0}", 1)
        expect(formatter.count).toBe(1)
        expect(clock.asked > 0).toBe(true)
    })

    test("is one that no handler takes, too", async () => {
        const { log, out, clock } = freshLog("debug")
        const l = log.logger("x")
        log.configureHandler("out", { level: ERROR })
        clock.asked = 0
        l.debug("no")
        l.warning("no")
        expect(clock.asked).toBe(0)
        expect(l.isEnabled(WARNING)).toBe(false)
        expect(l.isEnabled(ERROR)).toBe(true)
        expect(l.isEnabled(NONE)).toBe(false)
        await log.removeHandler("out")
        l.emergency("no")
        expect(l.isEnabled(0)).toBe(false)
        expect(clock.asked + out.seen.length).toBe(0)
    })

    // rows: L14c
    test("the most detailed level any receiver would take", async () => {
        const { log } = freshLog("info debug@net")
        const net = log.logger("net.a")
        const other = log.logger("x")
        expect(net.maxLevel()).toBe(DEBUG)
        expect(log.maxLevel()).toBe(DEBUG)
        log.configureHandler("out", { level: ERROR })
        expect(log.maxLevel()).toBe(ERROR)
        const receiver = log.subscribe("none notice@net")
        expect(log.maxLevel()).toBe(NOTICE)
        expect(net.maxLevel()).toBe(NOTICE)
        expect(log.logger("net.a").maxLevel()).toBe(NOTICE)
        expect(other.maxLevel()).toBe(ERROR)
        await log.unsubscribe(receiver)
        expect(net.maxLevel()).toBe(ERROR)
    })

    test("what only a receiver asked for reaches no handler", async () => {
        const { log, out } = freshLog("info", { burst: null, level: DEBUG })
        const receiver = log.subscribe("debug")
        log.logger("x").debug("for the receiver")
        log.logger("x").info("for both")
        expect(out.take()).toBe("info x for both")
        expect((await receiver.receive()).message).toBe("for the receiver")
        await log.unsubscribe(receiver)
    })
})
