import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { accountOf, LogSystem } from "../../src/log"
import { FileRotationHandler } from "../../src/flashlog"
import { ERROR, INFO, NONE, WARNING } from "../../src/log/levels"
import { Signal, SystemClock } from "../../src/platform"
import { ManualClock } from "../../src/testing"
import { fails, openLog, record, TestFlash } from "./support/flash-log"
import { until } from "./support/until"

const FORTY = "a line of 39 bytes, that is 40 with end"

/** Waits until everything that the policy wants written has been written. */
async function settle(): Promise<void> {
    await ds.sleep(50)
}

// rows: R6
describe("flush policy", () => {
    test("lines wait until a segment is full", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        const clock = new ManualClock(0)
        await log.open()
        for (let i = 0; i < 4; ++i) log.emit(record(WARNING, clock), FORTY)
        await settle()
        expect(flash.writes.length).toBe(0)
        log.emit(record(WARNING, clock), FORTY)
        await until(
            "flash.writes.length === 1",
            () => flash.writes.length === 1
        )
        expect(flash.writes[0].value.length > 192).toBe(true)
        await log.close()
    })
    test("an error is written at once, with all before it", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        const clock = new ManualClock(0)
        await log.open()
        log.emit(record(INFO, clock), "before")
        log.emit(record(ERROR, clock), "the error")
        await until(
            "flash.writes.length === 1",
            () => flash.writes.length === 1
        )
        await settle()
        expect((await log.files.tail(5)).join()).toBe(
            "0 [INFO] before,0 [ERROR] the error"
        )
        await log.close()
    })
    test("flushTime bounds the wait of a line", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000, { flushTime: 1000 }, new SystemClock())
        await log.open()
        log.emit(record(INFO, new ManualClock(0)), "patience")
        await ds.sleep(50)
        expect(flash.writes.length).toBe(0)
        await until(
            "flash.writes.length === 1",
            () => flash.writes.length === 1
        )
        await log.close()
    })
    test("flushBytes 1 writes every line, hot", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        const clock = new ManualClock(0)
        await log.open()
        log.emit(record(INFO, clock), "waits")
        await settle()
        expect(flash.writes.length).toBe(0)
        log.configure({ flushBytes: 1 })
        await until(
            "flash.writes.length === 1",
            () => flash.writes.length === 1
        )
        log.emit(record(INFO, clock), "does not")
        await until(
            "flash.writes.length === 2",
            () => flash.writes.length === 2
        )
        // until the second write is done: what is queued at a change is stored at once
        await log.flush()
        log.configure({ flushBytes: 185, flushLevel: NONE })
        log.emit(record(ERROR, clock), "an error that waits")
        await settle()
        expect(flash.writes.length).toBe(2)
        await log.close()
    })
    test("a line that has no room is lost alone: what is queued makes room at once", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000, { queueBytes: 768 })
        const clock = new ManualClock(0)
        await log.open()
        // less than makes a write, and more than leaves room for a long line
        for (let i = 0; i < 3; ++i) log.emit(record(INFO, clock), FORTY)
        let long = FORTY
        while (long.length < 480) long += FORTY
        log.emit(record(INFO, clock), long)
        await until(
            "flash.writes.length === 1",
            () => flash.writes.length === 1
        )
        for (let i = 0; i < 3; ++i) log.emit(record(INFO, clock), FORTY)
        expect(log.queue.dropped).toBe(1)
        await log.flush()
        expect((await log.files.tail(9)).length).toBe(6)
        await log.close()
    })
    test("maxSize and maxCount change while running", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        const clock = new ManualClock(0)
        for (let i = 0; i < 20; ++i) log.emit(record(INFO, clock), FORTY)
        await log.flush()
        log.configure({ maxSize: 400 })
        log.emit(record(INFO, clock), FORTY)
        await log.flush()
        const files = await log.files.list()
        expect(files.map(file => file.size).join()).toBe("40,800")
        log.configure({ maxCount: 0 })
        for (let i = 0; i < 10; ++i) log.emit(record(INFO, clock), FORTY)
        await log.flush()
        expect((await log.files.list()).length).toBe(1)
        expect(fails(() => log.configure({ maxSize: 9000 }))).toBe(
            'flash log "error.log": maxSize 9000 with 1 files needs 54 slots of flash, there are 24 of 24 beside other logs ()'
        )
        expect(fails(() => log.configure({ flushBytes: 0 }))).toBe(
            'flash log "error.log": flushBytes: wanted a whole number, 1 to 1024 bytes, got 0'
        )
        await log.close()
    })
    // rows: R9
    test("a batch costs at most 1.5 bytes of flash for each byte of text", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 2000)
        const clock = new ManualClock(0)
        for (let i = 0; i < 200; ++i) {
            clock.now += 1000
            log.emit(record(INFO, clock), `${i} ${FORTY}`)
            if (i % 20 === 19)
                await until("log.queue.length < 4", () => log.queue.length < 4)
        }
        const { bytes, programmed } = log.stats()
        console.log(`${programmed} bytes programmed for ${bytes} of text`)
        expect(bytes > 8000).toBe(true)
        expect(programmed / bytes < 1.4).toBe(true)
        // each write: its entry of 24 bytes, and the value in full groups of 8
        let all = 0
        for (const write of flash.writes)
            all += 24 + 8 * Math.ceil(write.value.length / 8)
        expect(programmed).toBe(all)
        await log.close()
    })
})

// rows: R8
describe("trouble", () => {
    test("a flash that fails is reported once, and nothing is lost", async () => {
        const flash = new TestFlash()
        const said: string[] = []
        const onProblem = (text: string) => {
            said.push(text)
        }
        const log = openLog(flash, 1000, { onProblem })
        const clock = new ManualClock(0)
        log.emit(record(ERROR, clock), "before")
        expect(await log.flush()).toBe(true)
        flash.broken = true
        for (let i = 0; i < 12; ++i) {
            log.emit(record(ERROR, clock), `${i} ${FORTY}`)
            if (i % 4 === 1) expect(await log.flush()).toBe(false)
        }
        expect(await log.rotate()).toBe(false)
        expect(said.join()).toBe("not stored: broken; lines wait in RAM")
        flash.broken = false
        expect(await log.flush()).toBe(true)
        const story = "not stored: broken; lines wait in RAM,stored again"
        expect(said.join()).toBe(story)
        const lines = await log.files.tail(20)
        expect(lines.length).toBe(13)
        lines
            .slice(1)
            .forEach((line, i) => expect(line).toBe(`0 [ERROR] ${i} ${FORTY}`))
        flash.broken = true
        log.emit(record(ERROR, clock), "the next trouble")
        expect(await log.flush()).toBe(false)
        expect(said.length).toBe(3)
        flash.broken = false
        await log.close()
    })
    test("a store that is full is noticed", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        const clock = new ManualClock(0)
        flash.full = true
        log.emit(record(ERROR, clock), "lost?")
        await until(
            "log.problems().length > 0",
            () => log.problems().length > 0
        )
        expect(log.problems().join()).toBe(
            `not stored: flash slot "fd.log00": does not hold what was written; is the store full?; lines wait in RAM`
        )
        flash.full = false
        expect(await log.flush()).toBe(true)
        expect((await log.files.tail(5)).join()).toBe("0 [ERROR] lost?")
        // a slot that keeps its old content is no success either
        flash.full = true
        log.emit(record(ERROR, clock), "and now?")
        await until(
            "log.problems().length > 2",
            () => log.problems().length > 2
        )
        flash.full = false
        expect(await log.flush()).toBe(true)
        expect((await log.files.tail(1)).join()).toBe("0 [ERROR] and now?")
        await log.close()
    })
    test("it is tried again, later and later", async () => {
        const flash = new TestFlash()
        const clock = new ManualClock(0)
        const log = openLog(flash, 1000, {}, clock)
        await log.open()
        flash.full = true
        for (let i = 0; i < 5; ++i) {
            log.emit(record(ERROR, clock), FORTY)
            await ds.sleep(5)
        }
        expect(flash.attempts).toBe(1)
        // what a caller asks for comes besides, and moves no later try
        for (let i = 0; i < 4; ++i) expect(await log.flush()).toBe(false)
        expect(flash.attempts).toBe(5)
        flash.full = false
        clock.now += 1000
        log.emit(record(ERROR, clock), FORTY)
        await until("flash.attempts > 2", () => flash.attempts > 2)
        await settle()
        expect((await log.files.tail(9)).length).toBe(6)
        await log.close()
    })
    test("an error during a try that succeeds follows at once", async () => {
        const flash = new TestFlash()
        const clock = new ManualClock(0)
        const log = openLog(flash, 1000, {}, clock)
        await log.open()
        flash.full = true
        log.emit(record(ERROR, clock), "first")
        await until("the failure", () => log.problems().length > 0)
        flash.full = false
        const gate = new Signal()
        flash.held = gate
        clock.now += 1000
        log.emit(record(ERROR, clock), "second")
        await until("the next try", () => !flash.held)
        log.emit(record(ERROR, clock), "third")
        gate.notify()
        await until("the third line in flash", () => {
            const { length } = flash.writes
            const last =
                length > 0 ? flash.writes[length - 1].value : Buffer.alloc(0)
            return last.toString().indexOf("third") >= 0
        })
        expect((await log.files.tail(3)).join()).toBe(
            "0 [ERROR] first,1 [ERROR] second,1 [ERROR] third"
        )
        await log.close()
    })
    test("a flash that cannot be read at open does no harm", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        flash.deaf = true
        log.emit(record(ERROR, new ManualClock(0)), "early")
        await log.open()
        let message = ""
        try {
            await log.files.list()
        } catch (e: any) {
            message = e.message
        }
        expect(message).toBe(`flash slot "error.log": the log cannot be read`)
        flash.deaf = false
        expect(await log.flush()).toBe(true)
        expect((await log.files.tail(5)).join()).toBe("0 [ERROR] early")
        await log.close()
    })
    test("a flash that fails in the middle of the opening costs no file", async () => {
        const written = new TestFlash()
        const clock = new ManualClock(0)
        let log = openLog(written, 400)
        for (let i = 0; i < 15; ++i) log.emit(record(INFO, clock), FORTY)
        await log.flush()
        const lines = (await log.files.tail(20)).length
        await log.close()
        const flash = written.cutAfter(written.writes.length)
        const { read } = flash.memory
        let reads = 0
        flash.memory.read = async key => {
            // after what the first segments have told
            if (++reads === 6) throw new Error("no answer")
            return await read(key)
        }
        log = openLog(flash, 400)
        await log.open()
        expect(await log.flush()).toBe(true)
        expect((await log.files.tail(20)).length).toBe(lines)
        expect((await log.files.list()).length).toBe(2)
        await log.close()
    })
    test("what the queue cannot hold is dropped and counted", async () => {
        const log = openLog(new TestFlash(), 2000)
        const clock = new ManualClock(0)
        for (let i = 0; i < 100; ++i) log.emit(record(ERROR, clock), FORTY)
        await log.flush()
        const { received, delivered, dropped, queued } = accountOf(log.queue)
        expect(received).toBe(100)
        expect(queued).toBe(0)
        expect(delivered + dropped).toBe(100)
        expect(dropped > 0).toBe(true)
        expect((await log.files.tail(200)).length).toBe(delivered)
        await log.close()
    })
    test("a line that is too long is cut and marked", async () => {
        const log = openLog(new TestFlash(), 2000, { maxLine: 50 })
        log.emit(record(ERROR, new ManualClock(0)), FORTY + FORTY)
        await log.flush()
        const [line] = await log.files.tail(1)
        expect(line.byteLength <= "0 [ERROR] ".length + 50).toBe(true)
        expect(line.endsWith("[+39 bytes]")).toBe(true)
        await log.close()
    })
    test("a line is stored without what is stored beside it, and read with it", async () => {
        const clock = new ManualClock(0)
        const system = new LogSystem(clock, "info")
        const log = openLog(new TestFlash(), 1000, {}, clock)
        system.addHandler("file", log)
        clock.now = 12_345
        system.service("pump").error("stuck\nat {0} %", 40)
        clock.setWall(1_800_000_000_999)
        const gone = record(ERROR, clock)
        gone.message = "gone"
        log.emit(gone, undefined)
        await log.flush()
        expect((await log.files.cat("error.log")).join("|")).toBe(
            "12 [ERROR] [pump.service] stuck#012at 40 %|" +
                "2027-01-15T08:00:00Z [ERROR] [test] gone"
        )
        const found: string[] = []
        await log.files.grep("Z [ERROR] [test]", async line => {
            found.push(line.text)
        })
        expect(found.join("|")).toBe("[test] gone")
        await system.removeHandler("file")
    })
    test("bad names and slots are refused", async () => {
        const clock = new ManualClock(0)
        const flash = new TestFlash()
        expect(fails(() => openLog(flash, 100, { slots: 25 }))).toBe(
            'flash log "error.log": slots: wanted a whole number, 2 to 24, got 25'
        )
        const name = "a name of more than thirty-two bytes"
        expect(
            fails(() => new FileRotationHandler(name, 100, { flash, clock }))
        ).toBe(
            'flash log "a name of more than thirty-two bytes": filename: wanted a text of 1 to 32 bytes, got "a name of more than thirty-two bytes"'
        )
        const part: any = { flash }
        expect(fails(() => new FileRotationHandler("a.log", 100, part))).toBe(
            'flash log "a.log": clock: wanted an object, got null'
        )
        expect(
            fails(() => new FileRotationHandler("a\n", 100, { flash, clock }))
        ).toBe(
            'flash log "a\n": filename: wanted a text of 1 to 32 bytes, got "a#012"'
        )
    })
})
