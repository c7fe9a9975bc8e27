import { describe, expect, test } from "@devicescript/test"
import { LogSystem } from "../../src/log"
import { DEBUG, ERROR, INFO } from "../../src/log/levels"
import { ManualClock, MemoryFlash } from "../../src/testing"
import { Random } from "../vectors/random"
import { openLog, record, TestFlash } from "./support/flash-log"

const SEED = 20261127

function times(text: string, count: number): string {
    let all = ""
    for (let i = 0; i < count; ++i) all += text
    return all
}

// rows: L12 R6
describe("the queue before the flash", () => {
    test("lines of any length go round its ring and come out whole, in order", async () => {
        const random = new Random(SEED)
        const clock = new ManualClock(0)
        const log = openLog(new MemoryFlash(), 1400, {
            queueBytes: 300,
            maxLine: 2047,
        })
        log.queue.limits.dropAt = 100
        await log.open()
        let count = 0
        let last: string[] = []
        while (count < 400) {
            // some rounds bring more than fits
            for (let i = random.below(5); i >= 0; --i) {
                const text = `${count++} ${times("xäö€\n", random.below(20))}.`
                const dropped = log.queue.dropped
                log.emit(record(INFO, clock), text)
                if (log.queue.dropped === dropped) last.push(text)
            }
            // the queue is emptied without a write once in a while, as by an overload
            if (random.below(8) === 0) {
                await log.reset()
                last = []
            }
            await log.flush()
            last = last.slice(-4)
            const stored = await log.files.tail(last.length)
            expect(stored.join("|")).toBe(
                last.map(text => `0 [INFO] ${text}`).join("|")
            )
        }
        const { received, delivered, dropped, bytes } = log.queue
        expect(received).toBe(delivered + dropped)
        expect(dropped > 20 && delivered > 200).toBe(true)
        expect(bytes).toBe(0)
        await log.close()
    })
    test("a limit above its ring counts as the ring's size", async () => {
        const clock = new ManualClock(0)
        const file = openLog(new TestFlash(), 1000, { queueBytes: 200 })
        const log = new LogSystem(clock)
        log.addHandler("file", file, { level: DEBUG })
        log.configureHandler("file", { queue: { bytes: 5000, dropAt: 100 } })
        expect(file.queue.limits.bytes).toBe(200)
        for (let i = 0; i < 20; ++i) log.logger("a").info("line {0}", i)
        const { bytes, dropped } = file.queue
        expect(bytes <= 200 && dropped > 0).toBe(true)
        await file.flush()
        expect((await file.files.tail(20)).length).toBe(20 - dropped)
        await log.removeHandler("file")
    })
    test("a line longer than maxLine takes no more of it than that", async () => {
        const clock = new ManualClock(0)
        const log = openLog(new TestFlash(), 1000, {
            queueBytes: 200,
            maxLine: 100,
        })
        await log.open()
        log.emit(record(ERROR, clock), times("x", 900))
        await log.flush()
        const [line] = await log.files.tail(1)
        expect(line).toBe(`0 [ERROR] ${times("x", 88)}[+812 bytes]`)
        await log.close()
    })
})
