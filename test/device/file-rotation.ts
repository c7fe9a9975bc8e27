import { accountOf } from "../../src/log"
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { FileRotationHandler } from "../../src/flashlog"
import { ERROR, INFO } from "../../src/log/levels"
import { ManualClock } from "../../src/testing"
import { fails, openLog, record, TestFlash } from "./support/flash-log"

/** A line of 24 bytes, 25 with its end. */
function line(i: number): string {
    return `line ${i < 10 ? "0" : ""}${i} of 24 bytes each`
}

/** Logs lines `from` to `to` at info and flushes. */
async function put(
    log: FileRotationHandler,
    from: number,
    to: number,
    clock = new ManualClock(0)
): Promise<void> {
    for (let i = from; i <= to; ++i) log.emit(record(INFO, clock), line(i))
    expect(await log.flush()).toBe(true)
}

function numberOf(text: string): number {
    return parseInt(text.slice(5, 7))
}

/** First and last line number of a file, as `3-6`. */
async function span(log: FileRotationHandler, name: string): Promise<string> {
    const lines: string[] = []
    await log.files.read(name, async found => {
        lines.push(found.text)
    })
    for (let i = 1; i < lines.length; ++i)
        expect(numberOf(lines[i])).toBe(numberOf(lines[i - 1]) + 1)
    if (!lines.length) return "none"
    const last = lines[lines.length - 1]
    return `${lines[0].slice(5, 7)}-${last.slice(5, 7)}`
}

async function names(log: FileRotationHandler): Promise<string> {
    return (await log.files.list()).map(file => file.name).join()
}

// rows: R1 R3
describe("rotation", () => {
    test("comes with the line that would pass maxSize, not before", async () => {
        const log = openLog(new TestFlash(), 100)
        await put(log, 1, 4)
        expect(await names(log)).toBe("error.log")
        expect((await log.files.list())[0].size).toBe(100)
        await put(log, 5, 5)
        expect(await span(log, "error.log")).toBe("05-05")
        expect(await span(log, "error.log.1")).toBe("01-04")
        await log.close()
    })
    // rows: R2
    test("keeps two files, and both are there after a reset", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        for (let i = 0; i < 99; i += 9) await put(log, i, i + 8)
        await log.close()
        const again = openLog(flash, 1000)
        expect(await names(again)).toBe("error.log,error.log.1")
        expect(await span(again, "error.log")).toBe("80-98")
        expect(await span(again, "error.log.1")).toBe("40-79")
        expect(again.problems().join()).toBe("")
        let stored = 0
        for (const key of Object.keys(flash.memory.slots))
            stored += flash.memory.slots[key].length
        expect(stored < 2 * 1000 * 1.25).toBe(true)
        await again.close()
    })
    test("maxCount 0 starts over", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 100, { maxCount: 0 })
        await put(log, 1, 9)
        await log.close()
        const again = openLog(flash, 100, { maxCount: 0 })
        expect(await names(again)).toBe("error.log")
        expect(await span(again, "error.log")).toBe("09-09")
        await again.close()
    })
    test("maxCount 3 keeps three older files", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 100, { maxCount: 3 })
        await put(log, 1, 20)
        await log.close()
        const again = openLog(flash, 100, { maxCount: 3 })
        expect(await span(again, "error.log.3")).toBe("05-08")
        expect(await span(again, "error.log.2")).toBe("09-12")
        expect(await span(again, "error.log")).toBe("17-20")
        expect(fails(() => again.configure({ maxCount: 24 }))).toBe(
            'flash log "error.log": maxCount: wanted a whole number, 0 to 23, got 24'
        )
        await again.close()
    })
    test("a size without limit, or too large for the slots, is refused", async () => {
        const open = (maxSize: number) =>
            fails(() => openLog(new TestFlash(), maxSize))
        expect(open(0)).toBe(
            'flash log "error.log": maxSize: wanted a whole number, 64 to 65535 bytes, got 0'
        )
        expect(open(2016)).toBe("nothing thrown")
        expect(open(2017)).toBe(
            'flash log "error.log": maxSize 2017 with 2 files needs 26 slots of flash, there are 24 of 24 beside other logs ()'
        )
    })
    test("files of the largest size are whole when lines average 40 bytes", async () => {
        const log = openLog(new TestFlash(), 2016)
        const clock = new ManualClock(0)
        const text = "a line of 39 bytes, that is 40 with end"
        for (let i = 0; i < 120; ++i) {
            log.emit(record(INFO, clock), text)
            if (i % 8 === 7) await log.flush()
        }
        const files = await log.files.list()
        expect(files[1].size).toBe(2000)
        expect(log.problems().join()).toBe("")
        await log.close()
    })
    test("lines of a few bytes fill a file's share of the slots before its size", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 2016)
        const clock = new ManualClock(0)
        for (let i = 100; i < 1000; ++i) {
            log.emit(record(INFO, clock), "" + i)
            if (i % 30 === 9) await log.flush()
        }
        expect(log.problems().length).toBe(0)
        const [current, older] = await log.files.list()
        expect(older.size > 1200 && older.size < 1800).toBe(true)
        expect(current.size > 0).toBe(true)
        let next = parseInt(older.first.text)
        await log.files.since(-1, async found => {
            expect(found.text).toBe("" + next++)
        })
        await log.close()
        expect(Object.keys(flash.memory.slots).length <= 24).toBe(true)
    })
    // rows: R4
    test("maxAge rotates by the wall clock, once that is known", async () => {
        const clock = new ManualClock(0)
        const log = openLog(new TestFlash(), 1000, { maxAge: 60_000 }, clock)
        await put(log, 1, 1, clock)
        clock.now = 120_000
        await put(log, 2, 2, clock)
        clock.setWall(1_800_000_000_000)
        await put(log, 3, 3, clock)
        clock.now += 59_000
        await put(log, 4, 4, clock)
        expect(await names(log)).toBe("error.log")
        clock.now += 1_000
        await put(log, 5, 5, clock)
        expect(await span(log, "error.log.1")).toBe("01-04")
        expect(await span(log, "error.log")).toBe("05-05")
        // the size comes first here: 40 lines of 25 bytes
        for (let i = 6; i <= 50; i += 9) await put(log, i, i + 8, clock)
        expect(await span(log, "error.log.1")).toBe("05-44")
        await log.close()
    })
    test("maxAge may be longer than 24.8 days", async () => {
        const day = 86_400_000
        const clock = new ManualClock(0)
        const flash = new TestFlash()
        const options = { maxAge: 40 * day }
        clock.setWall(1_800_000_000_000)
        const log = openLog(flash, 1000, options, clock)
        await put(log, 1, 1, clock)
        clock.now += 39 * day
        await put(log, 2, 2, clock)
        await log.close()
        const again = openLog(flash, 1000, options, clock)
        await put(again, 3, 3, clock)
        expect(await names(again)).toBe("error.log")
        clock.now += day
        await put(again, 4, 4, clock)
        expect(await span(again, "error.log.1")).toBe("01-03")
        again.configure({ maxAge: 365 * day })
        expect(fails(() => again.configure({ maxAge: 365 * day + 1 }))).toBe(
            'flash log "error.log": maxAge: wanted a whole number, 0 to 31536000000 ms, got 31536000001'
        )
        await again.close()
    })
    test("maxAge follows a clock that was far ahead and is set back", async () => {
        const clock = new ManualClock(0)
        const log = openLog(new TestFlash(), 1000, { maxAge: 60_000 }, clock)
        clock.setWall(4_000_000_000_000)
        await put(log, 1, 1, clock)
        clock.setWall(1_800_000_000_000)
        await put(log, 2, 2, clock)
        clock.now += 59_000
        await put(log, 3, 3, clock)
        expect(await names(log)).toBe("error.log")
        clock.now += 1_000
        await put(log, 4, 4, clock)
        expect(await span(log, "error.log.1")).toBe("01-03")
        await log.close()
    })
    test("maxAge does not count from the uptime of lines before a reset", async () => {
        const flash = new TestFlash()
        const clock = new ManualClock(5000)
        const log = openLog(flash, 1000, { maxAge: 60_000 }, clock)
        await put(log, 1, 2, clock)
        await log.close()
        const again = openLog(flash, 1000, { maxAge: 60_000 }, clock)
        clock.setWall(1_800_000_000_000)
        await put(again, 3, 3, clock)
        expect(await names(again)).toBe("error.log")
        expect(await span(again, "error.log")).toBe("01-03")
        await again.close()
    })
    test("maxAge counts on after a reset", async () => {
        const clock = new ManualClock(0)
        const flash = new TestFlash()
        clock.setWall(1_800_000_000_000)
        const log = openLog(flash, 1000, { maxAge: 60_000 }, clock)
        await put(log, 1, 1, clock)
        await log.close()
        clock.now += 60_000
        const again = openLog(flash, 1000, { maxAge: 60_000 }, clock)
        await put(again, 2, 2, clock)
        expect(await span(again, "error.log.1")).toBe("01-01")
        await again.close()
    })
})

// rows: R5
describe("open, rotate, reset, close", () => {
    test("lazy open looks at the flash with the first line", async () => {
        const flash = new TestFlash()
        const lazy = openLog(flash, 1000, { lazyOpen: true })
        await lazy.open()
        expect(flash.stats.reads).toBe(0)
        await put(lazy, 1, 1)
        expect(flash.stats.reads >= 24).toBe(true)
        await lazy.close()
        const reads = flash.stats.reads
        const eager = openLog(flash, 1000)
        await eager.open()
        expect(flash.stats.reads >= reads + 24).toBe(true)
        await eager.close()
    })
    test("rotate comes after what was logged before it", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        const clock = new ManualClock(0)
        log.emit(record(INFO, clock), line(1))
        log.emit(record(INFO, clock), line(2))
        let done = false
        const rotation = async () => {
            done = await log.rotate()
        }
        rotation.start()
        await ds.sleep(5)
        log.emit(record(INFO, clock), line(3))
        await log.flush()
        await ds.sleep(1)
        expect(done).toBe(true)
        expect(await span(log, "error.log.1")).toBe("01-02")
        expect(await span(log, "error.log")).toBe("03-03")
        await log.close()
    })
    test("rotate is in flash without a line; an empty file is not rotated", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        await put(log, 1, 2)
        expect(await log.rotate()).toBe(true)
        const writes = flash.writes.length
        expect(await log.rotate()).toBe(true)
        expect(flash.writes.length).toBe(writes)
        await log.close()
        const again = openLog(flash, 1000)
        expect(await span(again, "error.log.1")).toBe("01-02")
        expect(await span(again, "error.log")).toBe("none")
        await again.close()
    })
    test("clear empties both files and discards what is queued", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 100)
        await put(log, 1, 6)
        log.emit(record(INFO, new ManualClock(0)), line(7))
        expect(await log.clear()).toBe(true)
        const { delivered, dropped } = accountOf(log.queue)
        expect(`${delivered} ${dropped}`).toBe("6 1")
        expect(await names(log)).toBe("error.log")
        await log.close()
        const again = openLog(flash, 100)
        expect((await again.files.tail(10)).length).toBe(0)
        await put(again, 8, 8)
        expect((await again.files.tail(10)).join()).toBe(`0 [INFO] ${line(8)}`)
        expect(again.problems().join()).toBe("")
        await again.close()
    })
    test("close stores what is queued; later lines are not taken", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 1000)
        log.emit(record(INFO, new ManualClock(0)), line(1))
        await log.close()
        log.emit(record(ERROR, new ManualClock(0)), line(2))
        await ds.sleep(20)
        const again = openLog(flash, 1000)
        expect(await span(again, "error.log")).toBe("01-01")
        await again.close()
    })
    test("overwriteOnOpen forgets the files, without a write", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 100)
        await put(log, 1, 6)
        await log.close()
        const writes = flash.writes.length
        const again = openLog(flash, 100, { overwriteOnOpen: true })
        await again.open()
        expect(flash.writes.length).toBe(writes)
        await put(again, 7, 7)
        await again.close()
        const third = openLog(flash, 100)
        expect((await third.files.tail(10)).join()).toBe(`0 [INFO] ${line(7)}`)
        await third.close()
    })
})
