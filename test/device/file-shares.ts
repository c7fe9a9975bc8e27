import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { FileRotationHandler } from "../../src/flashlog"
import { ERROR } from "../../src/log"
import { FlashSlots, OPTION_ERROR, Signal } from "../../src/platform"
import { expectPart, thrown } from "./support/log"
import { ManualClock, MemoryFlash } from "../../src/testing"
import { fails, record, TestFlash } from "./support/flash-log"
import { until } from "./support/until"

/** 40 bytes with their number. */
function text(name: string, i: number): string {
    return `${name} line ${100 + i} ........................`
}

function open(
    flash: FlashSlots,
    name: string,
    maxSize: number,
    options: Record<string, any> = {}
): FileRotationHandler {
    const base = { flash, clock: new ManualClock(0) }
    return new FileRotationHandler(name, maxSize, Object.assign(base, options))
}

async function put(
    log: FileRotationHandler,
    name: string,
    from: number,
    to: number
): Promise<void> {
    for (let i = from; i < to; ++i) {
        log.emit(record(ERROR, new ManualClock(0)), text(name, i))
        if (i % 3 === 2) expect(await log.flush()).toBe(true)
    }
    expect(await log.flush()).toBe(true)
}

/** Most times that a flush is asked for: another log gives its slots up in a turn of its own. */
const FLUSHES = 200

/** Asks for a flush until it is done: a log's own next try comes after 1 s. */
async function flushed(log: FileRotationHandler): Promise<void> {
    for (let i = 0; i < FLUSHES && !(await log.flush()); ++i) await ds.sleep(1)
}

/** First and last number of the lines of all files, which must follow on each other. */
async function span(log: FileRotationHandler): Promise<string> {
    let first = -1
    let last = -1
    await log.files.since(-1, async line => {
        const at = line.text.indexOf("line ") + 5
        const number = parseInt(line.text.slice(at, at + 3)) - 100
        if (first < 0) first = number
        else expect(number).toBe(last + 1)
        last = number
    })
    return `${first}-${last}`
}

describe("several flash logs (R9a)", () => {
    test("a line that is half in a file when another log gets its slots is no obstacle", async () => {
        const flash = new TestFlash()
        const options = { maxCount: 0, maxLine: 800, queueBytes: 1000 }
        const errors = open(flash, "error.log", 3000, options)
        const audit = open(flash, "audit.log", 400, options)
        await put(errors, "error", 0, 51)
        await put(audit, "audit", 0, 6)
        const parts: string[] = []
        for (let i = 0; i < 19; ++i) parts.push(text("long", i))
        const clock = new ManualClock(0)
        flash.held = new Signal()
        const { held } = flash
        errors.emit(record(ERROR, clock), parts.join(""))
        await until("the write of the first part", () => !flash.held)
        errors.configure({ maxSize: 400 })
        audit.configure({ maxSize: 2900 })
        await put(audit, "audit", 6, 36)
        for (let i = 36; i < 52; ++i)
            audit.emit(record(ERROR, clock), text("audit", i))
        expect(await audit.flush()).toBe(false)
        held.notify()
        await flushed(errors)
        await flushed(audit)
        await put(errors, "error", 0, 3)
        expect(await span(errors)).toBe("0-2")
        expect(await span(audit)).toBe("0-51")
        await errors.close()
        await audit.close()
    })

    test("one whose current file is too large gives it to another that needs its slots", async () => {
        for (const lazyOpen of [false, true]) {
            const flash = new MemoryFlash()
            const options = { maxCount: 0, queueBytes: 1000 }
            await put(open(flash, "error.log", 2000, options), "error", 0, 47)
            const cut = new MemoryFlash()
            Object.assign(cut.slots, flash.slots)
            const errors = open(cut, "error.log", 500, {
                ...options,
                lazyOpen,
            })
            const audit = open(cut, "audit.log", 3500, options)
            await errors.open()
            await put(audit, "audit", 0, 51)
            if (!lazyOpen) expectPart(await span(errors), "-46")
            const clock = new ManualClock(0)
            for (let i = 51; i < 65; ++i)
                audit.emit(record(ERROR, clock), text("audit", i))
            expect(await audit.flush()).toBe(false)
            await flushed(audit)
            expect(await span(audit)).toBe("0-64")
            await put(errors, "error", 47, 50)
            expectPart(await span(errors), "-49")
            expect(errors.problems().join()).toBe(
                "the oldest file was given up to make room"
            )
            await audit.close()
        }
    })

    test("two keep their lines side by side, over resets and rotations", async () => {
        let flash = new TestFlash()
        for (let boot = 0; boot < 4; ++boot) {
            const errors = open(flash, "error.log", 1000)
            const audit = open(flash, "audit.log", 1000)
            const from = boot * 12
            await put(errors, "error", from, from + 12)
            await put(audit, "audit", from, from + 12)
            // all of the last file, and at most two
            const ends = [await span(errors), await span(audit)]
            for (const end of ends) expectPart(end, `-${from + 11}`)
            expect(errors.problems().join()).toBe("")
            expect(audit.problems().join()).toBe("")
            flash = flash.cutAfter(flash.writes.length)
        }
        const errors = open(flash, "error.log", 1000)
        expect(await span(errors)).toBe("0-47")
    })

    test("the order in which they are made does not matter", async () => {
        const flash = new TestFlash()
        await put(open(flash, "a.log", 600), "a", 0, 20)
        await put(open(flash, "b.log", 600), "b", 0, 20)
        await put(open(flash, "c.log", 600), "c", 0, 20)
        const cut = flash.cutAfter(flash.writes.length)
        const c = open(cut, "c.log", 600)
        const a = open(cut, "a.log", 600)
        await put(c, "c", 20, 50)
        await put(a, "a", 20, 24)
        const b = open(cut, "b.log", 600)
        expect(await span(b)).toBe("0-19")
        expectPart(await span(a), "-23")
        expectPart(await span(c), "-49")
        await put(b, "b", 20, 60)
        expectPart(await span(b), "-59")
        expectPart(await span(a), "-23")
    })

    test("one that does not fit is refused, and harms none", async () => {
        const flash = new TestFlash()
        const errors = open(flash, "error.log", 1400)
        await put(errors, "error", 0, 9)
        expect(fails(() => open(flash, "audit.log", 1000))).toBe(
            'flash log "audit.log": maxSize 1000 with 2 files needs 12 slots of flash, ' +
                "there are 6 of 24 beside other logs (error.log)"
        )
        expect(fails(() => errors.configure({ maxSize: 2000 }))).toBe(
            "nothing thrown"
        )
        errors.configure({ maxSize: 1400 })
        const audit = open(flash, "audit.log", 500)
        await put(audit, "audit", 0, 30)
        expectPart(
            thrown(() => errors.configure({ maxSize: 2000 })),
            OPTION_ERROR + ': flash log "error.log": maxSize 2000'
        )
        await put(errors, "error", 9, 60)
        expectPart(await span(audit), "-29")
        expectPart(await span(errors), "-59")
    })

    test("one that took more than its share gives it back", async () => {
        const flash = new TestFlash()
        const errors = open(flash, "error.log", 1000)
        // short lines fill more slots than its need, up to all of them
        for (let i = 0; i < 200; ++i) {
            errors.emit(record(ERROR, new ManualClock(0)), "short")
            if (i % 20 === 19) await errors.flush()
        }
        await put(errors, "error", 0, 60)
        const audit = open(flash, "audit.log", 1000)
        await put(audit, "audit", 0, 60)
        await put(errors, "error", 60, 90)
        expectPart(await span(audit), "-59")
        expectPart(await span(errors), "-89")
    })

    test("one that holds more than its share gives up its oldest file when another comes", async () => {
        const flash = new TestFlash()
        const errors = open(flash, "error.log", 1000)
        // more slots than files of that size need
        for (let i = 0; i < 400; ++i) {
            errors.emit(record(ERROR, new ManualClock(0)), "short")
            if (i % 20 === 19) await errors.flush()
        }
        await put(errors, "error", 0, 6)
        expect((await errors.files.list()).length).toBe(2)
        const audit = open(flash, "audit.log", 1000)
        await put(audit, "audit", 0, 60)
        expectPart(await span(audit), "-59")
        expect(errors.problems().join()).toBe(
            "the oldest file was given up to make room"
        )
        const lines = await errors.files.tail(6)
        expectPart(lines.join(), text("error", 5))
        await put(errors, "error", 6, 60)
        expectPart(await span(audit), "-59")
        expectPart(await span(errors), "-59")
        expect(audit.problems().join()).toBe("")
    })

    test("a slot that another one takes while it is read stays that one's", async () => {
        const flash = new TestFlash()
        const errors = open(flash, "error.log", 600)
        await errors.open()
        const audit = open(flash, "audit.log", 600)
        const { read } = flash.memory
        flash.memory.read = async key => {
            const value = await read(key)
            flash.memory.read = read
            await put(errors, "error", 0, 3)
            return value
        }
        await audit.open()
        await put(audit, "audit", 0, 12)
        expect(await span(errors)).toBe("0-2")
        await put(errors, "error", 3, 12)
        expect(await span(errors)).toBe("0-11")
        expect(await span(audit)).toBe("0-11")
    })

    test("a file of another name leaves the old one where it is, while there is room", async () => {
        const flash = new TestFlash()
        await put(open(flash, "old.log", 1000), "old", 0, 40)
        const cut = flash.cutAfter(flash.writes.length)
        const fresh = open(cut, "new.log", 1000)
        await put(fresh, "new", 0, 12)
        expect(fresh.problems().join()).toBe("")
        const again = cut.cutAfter(cut.writes.length)
        expectPart(await span(open(again, "old.log", 1000)), "-39")
        const full = cut.cutAfter(cut.writes.length)
        const large = open(full, "new.log", 2000)
        await put(large, "new", 12, 120)
        expectPart(await span(large), "-119")
        expect(large.problems().join()).toBe(
            "segments of a log that is not there any more are overwritten"
        )
    })
})

describe("names and reset (R9b)", () => {
    test("numbers are padded, and stand in place of a %", async () => {
        const names = async (name: string, digits: number) => {
            const log = open(new TestFlash(), name, 100, {
                maxCount: 2,
                digits,
            })
            await put(log, "x", 0, 9)
            const files = await log.files.list()
            return files.map(file => file.name).join()
        }
        expect(await names("log", 2)).toBe("log,log.01,log.02")
        expect(await names("log-%.txt", 3)).toBe(
            "log-000.txt,log-001.txt,log-002.txt"
        )
        expect(await names("%", 1)).toBe("0,1,2")
    })

    test("reset empties the current file, clear all of them", async () => {
        const flash = new TestFlash()
        const log = open(flash, "error.log", 200)
        await put(log, "x", 0, 9)
        const older = await log.files.cat("error.log.1")
        expect((await log.files.cat("error.log")).length > 0).toBe(true)
        expect(await log.reset()).toBe(true)
        expect((await log.files.cat("error.log")).length).toBe(0)
        expect((await log.files.cat("error.log.1")).join()).toBe(older.join())
        const again = open(
            flash.cutAfter(flash.writes.length),
            "error.log",
            200
        )
        expect((await again.files.list()).length).toBe(2)
        expect((await again.files.cat("error.log.1")).join()).toBe(older.join())
        await put(again, "x", 9, 11)
        expect((await again.files.cat("error.log")).length).toBe(2)
        expect(await again.clear()).toBe(true)
        expect((await again.files.list()).length).toBe(1)
        expect(again.problems().join()).toBe("")
    })
})
