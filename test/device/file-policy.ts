import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { ERROR, INFO, NONE, WARNING } from "../../src/log/levels"
import { SystemClock } from "../../src/platform"
import {
    fails,
    openLog,
    record,
    TestClock,
    TestFlash,
    until,
} from "./support/flash-log"

const FORTY = "a line of 39 bytes, that is 40 with end"

/** Waits until what has been queued is where it belongs by the policy. */
async function settle(): Promise<void> {
    await ds.sleep(50)
}

describe("flush policy", () => {
    test("lines wait until a segment is full", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        const clock = new TestClock()
        await log.open()
        for (let i = 0; i < 4; ++i) log.emit(record(WARNING, clock), FORTY)
        await settle()
        expect(flash.writes.length).toBe(0)
        log.emit(record(WARNING, clock), FORTY)
        await until(() => flash.writes.length === 1)
        expect(flash.writes[0].value.length > 192).toBe(true)
        await log.close()
    })
    test("an error is written at once, with all before it", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        const clock = new TestClock()
        await log.open()
        log.emit(record(INFO, clock), "before")
        log.emit(record(ERROR, clock), "the error")
        await until(() => flash.writes.length === 1)
        await settle()
        expect((await log.files.tail(5)).join()).toBe("before,the error")
        await log.close()
    })
    test("flushTime bounds the wait of a line", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000, { flushTime: 100 }, new SystemClock())
        await log.open()
        log.emit(record(INFO, new TestClock()), "patience")
        await ds.sleep(50)
        expect(flash.writes.length).toBe(0)
        await until(() => flash.writes.length === 1)
        await log.close()
    })
    test("flushBytes 1 writes every line, hot", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        const clock = new TestClock()
        await log.open()
        log.emit(record(INFO, clock), "waits")
        await settle()
        expect(flash.writes.length).toBe(0)
        log.configure({ flushBytes: 1 })
        await until(() => flash.writes.length === 1)
        log.emit(record(INFO, clock), "does not")
        await until(() => flash.writes.length === 2)
        log.configure({ flushBytes: 186, flushLevel: NONE })
        log.emit(record(ERROR, clock), "an error that waits")
        await settle()
        expect(flash.writes.length).toBe(2)
        await log.close()
    })
    test("maxSize and maxCount change while running", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        const clock = new TestClock()
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
            "maxSize 9000 with 1 files needs 54 slots of flash, there are 24 (MAX_LOG_SEGMENTS: 24)"
        )
        expect(fails(() => log.configure({ flushBytes: 0 }))).toBe(
            "flushBytes: 1 to 65535 wanted, got 0"
        )
        await log.close()
    })
    test("a batch costs at most 1.5 bytes of flash for each byte of text", async () => {
        const log = openLog(new TestFlash(), 2000)
        const clock = new TestClock()
        for (let i = 0; i < 200; ++i) {
            clock.now += 1000
            log.emit(record(INFO, clock), `${i} ${FORTY}`)
            if (i % 20 === 19) await until(() => log.queue.length < 4)
        }
        const { bytes, programmed } = log.stats()
        console.log(`${programmed} bytes programmed for ${bytes} of text`)
        expect(bytes > 8000).toBe(true)
        expect(programmed / bytes < 1.4).toBe(true)
        await log.close()
    })
})

describe("trouble", () => {
    test("a flash that fails is said once, and nothing is lost", async () => {
        const flash = new TestFlash()
        const said: string[] = []
        const onProblem = (text: string) => {
            said.push(text)
        }
        const log = openLog(flash, 1000, { onProblem })
        const clock = new TestClock()
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
        const lines = await log.files.tail(20)
        expect(lines.length).toBe(13)
        lines.slice(1).forEach((line, i) => expect(line).toBe(`${i} ${FORTY}`))
        await log.close()
    })
    test("a store that is full is noticed", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        const clock = new TestClock()
        flash.full = true
        log.emit(record(ERROR, clock), "lost?")
        await until(() => log.problems().length > 0)
        expect(log.problems().join()).toBe(
            "not stored: slot fd.log00 does not hold what was written; is the store full?; lines wait in RAM"
        )
        flash.full = false
        expect(await log.flush()).toBe(true)
        expect((await log.files.tail(5)).join()).toBe("lost?")
        await log.close()
    })
    test("it is tried again, later and later", async () => {
        const flash = new TestFlash()
        const clock = new TestClock()
        const log = openLog(flash, 1000, {}, clock)
        await log.open()
        flash.full = true
        for (let i = 0; i < 5; ++i) {
            log.emit(record(ERROR, clock), FORTY)
            await ds.sleep(5)
        }
        expect(flash.attempts).toBe(1)
        flash.full = false
        clock.now += 1000
        log.emit(record(ERROR, clock), FORTY)
        await until(() => flash.attempts > 2)
        await settle()
        expect((await log.files.tail(9)).length).toBe(6)
        await log.close()
    })
    test("a flash that cannot be read at open does no harm", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        flash.deaf = true
        log.emit(record(ERROR, new TestClock()), "early")
        await log.open()
        let message = ""
        try {
            await log.files.list()
        } catch (e: any) {
            message = e.message
        }
        expect(message).toBe("error.log cannot be read")
        flash.deaf = false
        expect(await log.flush()).toBe(true)
        expect((await log.files.tail(5)).join()).toBe("early")
        await log.close()
    })
    test("what the queue cannot hold is dropped and counted", async () => {
        const log = openLog(new TestFlash(), 2000)
        const clock = new TestClock()
        for (let i = 0; i < 100; ++i) log.emit(record(ERROR, clock), FORTY)
        await log.flush()
        const { received, delivered, dropped, queued } = log.queue.account()
        expect(received).toBe(100)
        expect(queued).toBe(0)
        expect(delivered + dropped).toBe(100)
        expect(dropped > 0).toBe(true)
        expect((await log.files.tail(200)).length).toBe(delivered)
        await log.close()
    })
    test("a line that is too long is cut and marked", async () => {
        const log = openLog(new TestFlash(), 2000, { maxLine: 50 })
        log.emit(record(ERROR, new TestClock()), FORTY + FORTY)
        await log.flush()
        const [line] = await log.files.tail(1)
        expect(line.byteLength).toBe(50)
        expect(line.endsWith("[...]")).toBe(true)
        await log.close()
    })
    test("bad names and slots are refused", async () => {
        const clock = new TestClock()
        const flash = new TestFlash()
        expect(fails(() => openLog(flash, 100, { slots: 25 }))).toBe(
            "slots: 2 to 24 wanted, got 25"
        )
        expect(fails(() => openLog(flash, 100, { firstSlot: 23 }, clock))).toBe(
            "firstSlot: 0 to 22 wanted, got 23"
        )
    })
})

describe("reading", () => {
    test("tail, grep and since", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 100)
        const clock = new TestClock()
        for (let i = 0; i < 6; ++i)
            log.emit(record(i % 2 ? INFO : ERROR, clock), `${i} red green blue`)
        await log.flush()
        expect((await log.files.tail(2)).join()).toBe(
            "4 red green blue,5 red green blue"
        )
        const found: string[] = []
        let cursor = -1
        await log.files.grep(["2 red", "4*blue"], async line => {
            found.push(line.text)
            cursor = line.cursor
        })
        expect(found.join()).toBe("2 red green blue,4 red green blue")
        await log.close()
        const again = openLog(flash, 100)
        const later: string[] = []
        again.emit(record(ERROR, clock), "6 after the reset")
        await again.flush()
        await again.files.since(cursor, async line => {
            later.push(`${line.level}${line.text}`)
        })
        expect(later.join()).toBe("65 red green blue,36 after the reset")
        let visits = 0
        await again.files.read("error.log.1", async () => {
            visits++
            return false
        })
        expect(visits).toBe(1)
        await again.close()
    })
    test("a file that is not there", async () => {
        const log = openLog(new TestFlash(), 100)
        let message = ""
        try {
            await log.files.cat("nix.log")
        } catch (e: any) {
            message = e.message
        }
        expect(message).toBe('no log file "nix.log", there are: error.log')
        await log.close()
    })
    test("stays in order while lines come and files rotate", async () => {
        const log = openLog(new TestFlash(), 400)
        const clock = new TestClock()
        for (let i = 100; i < 130; ++i)
            log.emit(record(INFO, clock), `${i} ${FORTY}`)
        await log.flush()
        let next = 130
        let last = 0
        await log.files.since(-1, async line => {
            const number = parseInt(line.text.split(" ")[0])
            expect(number > last).toBe(true)
            last = number
            log.emit(record(ERROR, clock), `${next++} ${FORTY}`)
            if (next % 3 === 0) await log.flush()
        })
        expect(last >= 119).toBe(true)
        await log.flush()
        const tail = await log.files.tail(1)
        expect(tail[0]).toBe(`${next - 1} ${FORTY}`)
        await log.close()
    })
    test("two logs share the slots without meeting", async () => {
        const flash = new TestFlash()
        const first = openLog(flash, 400, { slots: 12 })
        const second = openLog(flash, 400, { firstSlot: 12 })
        const clock = new TestClock()
        for (let i = 0; i < 40; ++i) {
            first.emit(record(INFO, clock), `first ${i} ${FORTY}`)
            second.emit(record(INFO, clock), `second ${i} ${FORTY}`)
            if (i % 5 === 4) await first.flush()
            if (i % 5 === 4) await second.flush()
        }
        expect((await first.files.tail(1))[0]).toBe(`first 39 ${FORTY}`)
        expect((await second.files.tail(1))[0]).toBe(`second 39 ${FORTY}`)
        expect(Object.keys(flash.memory.slots).length <= 12).toBe(true)
        await first.close()
        await second.close()
    })
})
