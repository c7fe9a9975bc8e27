import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { accountOf, LogSystem, RingHandler } from "../../src/log"
import { FileRotationHandler } from "../../src/flashlog"
import { ERROR, INFO, NONE, WARNING } from "../../src/log/levels"
import { SystemClock } from "../../src/platform"
import { expectPart, thrown } from "./support/log"
import { ManualClock } from "../../src/testing"
import { fails, openLog, record, TestFlash } from "./support/flash-log"
import { until } from "./support/until"

/** A log with a flash log among its handlers. */
function logWith(file: FileRotationHandler, options?: object): LogSystem {
    const log = new LogSystem(new ManualClock(0), "debug")
    log.addHandler("file", file, options)
    return log
}

// rows: R1 R6
describe("the flash log as a handler", () => {
    test("takes errors and worse unless another level is set", async () => {
        const file = openLog(new TestFlash(), 1000)
        const log = logWith(file)
        const logger = log.logger("pump")
        logger.warning("no")
        logger.error("yes")
        log.configureHandler("file", { level: WARNING })
        logger.warning("yes")
        logger.notice("no")
        await file.flush()
        expect((await file.files.tail(9)).join()).toBe(
            "0 [ERROR] [pump] yes,0 [WARNING] [pump] yes"
        )
        await log.removeHandler("file")
    })
    test("all of the flush policy changes while it runs, the rest does not", async () => {
        const flash = new TestFlash()
        const file = openLog(flash, 1000)
        const log = logWith(file, { level: INFO })
        const logger = log.logger("pump")
        await file.files.list()
        logger.info("waits")
        log.configureHandler("file", {
            flushLevel: NONE,
            flushBytes: 1000,
        })
        const fixed: any[] = [
            { flash },
            { filename: "other.log" },
            { slots: 4 },
        ]
        fixed.forEach(changes =>
            expectPart(
                thrown(() => log.configureHandler("file", changes)),
                'flash log "error.log": no option "'
            )
        )
        await until(
            "flash.writes.length === 1",
            () => flash.writes.length === 1
        )
        for (let i = 0; i < 9; ++i) logger.error("an error that waits, {0}", i)
        await ds.sleep(60)
        expect(flash.writes.length).toBe(1)
        log.configureHandler("file", { flushLevel: ERROR })
        await until("flash.writes.length > 1", () => flash.writes.length > 1)
        expect((await file.files.list())[0].name).toBe("error.log")
        expect(fails(() => file.configure({ flushBytes: 1025 }))).toBe(
            'flash log "error.log": flushBytes: wanted a whole number, 1 to 1024 bytes, got 1025'
        )
        expect(fails(() => file.configure({ flushTime: -1 }))).toBe(
            'flash log "error.log": flushTime: wanted a whole number, 0 to 2147483647 ms, got -1'
        )
        expect(fails(() => file.configure({ flushLevel: 9 }))).toBe(
            'flash log "error.log": flushLevel: wanted a level, -1 to 8, got 9'
        )
        await log.removeHandler("file")
    })
    test("a formatter of the options makes its lines, as they are", async () => {
        const file = openLog(new TestFlash(), 1000)
        const format = (entry: { message: string }) => `<${entry.message}\n>`
        const log = logWith(file, { formatter: { format } })
        log.logger("pump").error("stuck at {0} %", 40)
        log.configureHandler("file", { formatter: { format, multiLine: true } })
        log.logger("pump").error("stuck at {0} %", 41)
        await file.flush()
        expect((await file.files.tail(9)).join()).toBe(
            "0 [ERROR] <stuck at 40 %#012>,0 [ERROR] <stuck at 41 %\n>"
        )
        await log.removeHandler("file")
    })
    test("lines of every level and time come back as they were logged", async () => {
        const file = openLog(new TestFlash(), 2000)
        const texts = ["plain", "{0} }{", "zwölf €", "31999 [x] y", ""]
        for (let level = 0; level <= 8; ++level) {
            const clock = new ManualClock(level * 1_000_000_999)
            if (level % 2 > 0) clock.setWall(1_900_000_000_999 + level * 1000)
            const logged = record(level, clock)
            logged.message = texts[level % texts.length]
            file.emit(logged, undefined)
        }
        await file.flush()
        let level = 0
        await file.files.since(-1, async line => {
            const wall = level % 2 === 1
            expect(line.text).toBe(`[test] ${texts[level % texts.length]}`)
            expect(line.level).toBe(level)
            expect(line.wall).toBe(wall)
            expect(line.time).toBe(
                wall
                    ? 1_900_000_000 + level
                    : Math.floor((level * 1_000_000_999) / 1000)
            )
            level++
        })
        expect(level).toBe(9)
        await file.close()
    })
    test("a line after a failed open is tried again soon, not after flushTime", async () => {
        const flash = new TestFlash()
        const file = openLog(flash, 1000, {}, new SystemClock())
        flash.deaf = true
        await file.open()
        expect(file.problems().join()).toBe(
            "not stored: no answer; lines wait in RAM"
        )
        file.emit(record(ERROR, new ManualClock(0)), "late")
        await ds.sleep(100)
        flash.deaf = false
        // 1 s after the failure
        await until(
            "flash.writes.length === 1",
            () => flash.writes.length === 1
        )
        await file.flush()
        expect((await file.files.tail(9)).join()).toBe("0 [ERROR] late")
        await file.close()
    })
    test("a log that is closed, and not removed, says nothing of what it drops", async () => {
        const clock = new ManualClock(0)
        const log = new LogSystem(clock)
        const ring = new RingHandler(1000)
        log.addHandler("ring", ring)
        const file = openLog(new TestFlash(), 1000)
        log.addHandler("file", file)
        await file.flush()
        await file.close()
        log.logger("a").error("one")
        await ds.sleep(50)
        expect(ring.cat().length).toBe(1)
        expect(accountOf(file.queue).dropped).toBe(1)
        await log.removeHandler("file")
    })
    test("what comes after the close is dropped and counted, until it is opened again", async () => {
        const file = openLog(new TestFlash(), 1000)
        const clock = new ManualClock(0)
        file.emit(record(ERROR, clock), "before")
        await file.close()
        file.emit(record(ERROR, clock), "after")
        const { received, delivered, queued, dropped } = accountOf(file.queue)
        expect(`${received} ${delivered} ${queued} ${dropped}`).toBe("2 1 0 1")
        await file.open()
        file.emit(record(ERROR, clock), "again")
        await file.flush()
        expect((await file.files.tail(9)).join()).toBe(
            "0 [ERROR] before,0 [ERROR] again"
        )
        await file.close()
    })
    test("an empty store is no problem, and opening it writes nothing", async () => {
        const flash = new TestFlash()
        const file = openLog(flash, 1000)
        await file.open()
        expect(await file.flush()).toBe(true)
        expect(file.problems().length).toBe(0)
        expect(flash.attempts).toBe(0)
        expect((await file.files.cat("error.log")).length).toBe(0)
        await file.close()
    })
})
