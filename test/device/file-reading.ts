// rows: R10
import { describe, expect, test } from "@devicescript/test"
import { ERROR, INFO } from "../../src/log/levels"
import { cursorSeq } from "../../src/flashlog/format"
import { logSlot } from "../../src/platform"
import { ManualClock } from "../../src/testing"
import { openLog, record, TestFlash } from "./support/flash-log"

const FORTY = "a line of 39 bytes, that is 40 with end"

describe("reading", () => {
    test("tail, grep and since", async () => {
        const flash = new TestFlash()
        const log = openLog(flash, 100)
        const clock = new ManualClock(0)
        for (let i = 0; i < 6; ++i)
            log.emit(
                record(i % 2 > 0 ? INFO : ERROR, clock),
                `${i} red green blue`
            )
        await log.flush()
        expect((await log.files.tail(2)).join()).toBe(
            "0 [ERROR] 4 red green blue,0 [INFO] 5 red green blue"
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
        const clock = new ManualClock(0)
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
        expect(tail[0]).toBe(`0 [ERROR] ${next - 1} ${FORTY}`)
        await log.close()
    })
    test("a list has each file once, also when one is begun meanwhile", async () => {
        const flash = new TestFlash()
        let meanwhile: () => Promise<boolean>
        const log = openLog(
            {
                stats: flash.stats,
                read: async key => {
                    const once = meanwhile
                    meanwhile = undefined
                    if (once) await once()
                    return await flash.read(key)
                },
                write: async (key, value) => await flash.write(key, value),
            },
            400
        )
        const clock = new ManualClock(0)
        for (let i = 100; i < 118; ++i)
            log.emit(record(INFO, clock), `${i} ${FORTY}`)
        await log.flush()
        const before = await log.files.list()
        meanwhile = async () => await log.rotate()
        const [current, older] = await log.files.list()
        expect(current.first.cursor).toBe(before[0].first.cursor)
        expect(older.last === undefined).toBe(true)
        await log.flush()
        const after = await log.files.list()
        expect(after[1].last.cursor).toBe(before[0].last.cursor)
        await log.close()
    })
    test("a file that is rotated away meanwhile ends early, and nothing is missing", async () => {
        const log = openLog(new TestFlash(), 400)
        const clock = new ManualClock(0)
        for (let i = 100; i < 118; ++i)
            log.emit(record(INFO, clock), `${i} ${FORTY}`)
        await log.flush()
        let read = 0
        await log.files.read("error.log.1", async () => {
            read++
            if (read === 1) for (let i = 0; i < 2; ++i) await log.rotate()
            log.emit(record(INFO, clock), "comes meanwhile")
        })
        expect(read > 0).toBe(true)
        let last = 0
        await log.files.since(-1, async line => {
            const number = parseInt(line.text)
            if (number > 0) expect(number > last).toBe(true)
            if (number > 0) last = number
            if (last === 112) await log.rotate()
        })
        expect(log.problems().join()).toBe("")
        await log.close()
    })
    test("after a damaged slot only what is missing is reported as missing, over resets", async () => {
        const flash = new TestFlash()
        const clock = new ManualClock(0)
        let log = openLog(flash, 2000)
        for (let i = 0; i < 6; ++i) log.emit(record(INFO, clock), FORTY)
        await log.flush()
        await log.close()
        // the last segment: its number may have been any, so some are left out
        flash.memory.slots[logSlot(1)][60] ^= 4
        log = openLog(flash, 2000)
        for (let i = 0; i < 9; ++i) log.emit(record(INFO, clock), FORTY)
        await log.flush()
        expect(log.problems().join()).toBe(
            "slot fd.log01 is damaged: wrong checksum: skipped"
        )
        const kept = (await log.files.cat("error.log")).length
        await log.close()
        const again = openLog(flash, 2000)
        expect((await again.files.cat("error.log")).length).toBe(kept)
        expect(again.problems().join()).toBe("")
        await again.close()
    })
    test("the lost beginning of a file is missing, also after a larger one", async () => {
        const flash = new TestFlash()
        const clock = new ManualClock(0)
        const log = openLog(flash, 1000)
        // 25 lines fill the first file, in 6 segments; 10 are in the second
        for (let i = 0; i < 35; ++i) {
            log.emit(record(INFO, clock), FORTY)
            if (i % 5 === 4) await log.flush()
        }
        await log.flush()
        const [current] = await log.files.list()
        expect(current.size).toBe(400)
        const { cursor } = current.first
        expect((await log.files.cat("error.log")).length).toBe(10)
        const first = cursorSeq(cursor)
        flash.memory.slots[logSlot(first - 1)][60] ^= 4
        const left = (await log.files.cat("error.log")).length
        expect(left > 0 && left < 10).toBe(true)
        expect(log.problems().join()).toBe(
            `segments ${first} to ${first} are missing`
        )
        await log.close()
    })
    test("a slot that is damaged while the log is open is missing, and said once", async () => {
        const flash = new TestFlash()
        const clock = new ManualClock(0)
        const log = openLog(flash, 2000)
        for (let i = 0; i < 15; ++i) log.emit(record(INFO, clock), FORTY)
        await log.flush()
        flash.memory.slots[logSlot(1)][60] ^= 4
        await log.files.cat("error.log")
        await log.files.tail(9)
        expect(log.problems().join()).toBe("segments 2 to 2 are missing")
        await log.close()
    })
})
