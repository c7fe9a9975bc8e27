import { ERROR, INFO } from "../../src/log/levels"
import { FileRotationHandler } from "../../src/flashlog"
import { logSlot } from "../../src/platform"
import {
    VECTOR_CASES,
    VECTOR_LINES,
    VECTOR_MAX_SIZE,
    VECTOR_SLOTS,
    VectorCase,
    vectorText,
} from "../vectors/flash-log"
import { ManualClock } from "../../src/testing"
import { openLog, record, TestFlash } from "./support/flash-log"
import { describe, expect, test } from "@devicescript/test"

/** Most bytes in one file of the power-cut test: two to three segments. */
const MAX_SIZE = 400

async function writeVector(): Promise<TestFlash> {
    const flash = new TestFlash()
    const clock = new ManualClock(0)
    const log = openLog(flash, VECTOR_MAX_SIZE, {}, clock)
    for (const line of VECTOR_LINES) {
        const [level, time, wall, text] = line
        clock.now = time * 1000
        const logged = new ManualClock(clock.now)
        if (wall) logged.setWall(clock.now)
        log.emit(record(level, logged), text)
        await log.flush()
    }
    await log.close()
    return flash
}

/** Prints a slot in pieces that the VM's console does not cut. */
function print(key: string, value: Buffer): void {
    for (let at = 0; at < value.length; at += 50)
        console.log(
            key +
                " " +
                value.slice(at, Math.min(at + 50, value.length)).toString("hex")
        )
}

/** The vector's slots after what the case says has happened to them. */
function damage(vector: VectorCase): TestFlash {
    const flash = new TestFlash()
    const { slots } = flash.memory
    const { flip, cut, drop } = vector
    for (let i = 0; i < VECTOR_SLOTS.length; ++i)
        slots[logSlot(i)] = Buffer.from(VECTOR_SLOTS[i], "hex")
    if (flip) slots[logSlot(flip[0])][flip[1]] ^= flip[2]
    if (cut) slots[logSlot(cut[0])] = slots[logSlot(cut[0])].slice(0, cut[1])
    if (drop !== undefined) slots[logSlot(drop)] = Buffer.alloc(0)
    return flash
}

function textsOf(numbers: number[]): string {
    return numbers.map(vectorText).join("\n")
}

async function readAll(log: FileRotationHandler): Promise<string> {
    return (await log.files.tail(200)).join("\n")
}

// rows: R2
describe("format", () => {
    test("the vector's lines give the vector's slots", async () => {
        const { slots } = (await writeVector()).memory
        const keys = Object.keys(slots)
        let same = keys.length === VECTOR_SLOTS.length
        for (let i = 0; i < keys.length; ++i)
            same = same && slots[logSlot(i)].toString("hex") === VECTOR_SLOTS[i]
        if (!same) for (const key of keys) print(key, slots[key])
        expect(same).toBe(true)
    })
    VECTOR_CASES.forEach(vector => {
        test(vector.name, async () => {
            const log = openLog(damage(vector), VECTOR_MAX_SIZE)
            const older = (await log.files.cat("error.log.1")).join("\n")
            expect(older).toBe(textsOf(vector.older))
            const current = (await log.files.cat("error.log")).join("\n")
            expect(current).toBe(textsOf(vector.current))
            expect(log.problems().join("\n")).toBe(vector.problems.join("\n"))
            await log.close()
        })
    })
    test("level and time of a line come back", async () => {
        const log = openLog(damage(VECTOR_CASES[0]), VECTOR_MAX_SIZE)
        const wanted = VECTOR_LINES.slice(4)
        let count = 0
        await log.files.since(-1, async line => {
            const [level, time, wall] = wanted[count++]
            expect(line.level).toBe(level)
            expect(line.time).toBe(time)
            expect(line.wall).toBe(wall)
        })
        expect(count).toBe(wanted.length)
        await log.close()
    })
    test("what comes after damage is stored and read", async () => {
        for (const vector of VECTOR_CASES) {
            const flash = damage(vector)
            const log = openLog(flash, VECTOR_MAX_SIZE)
            log.emit(record(ERROR, new ManualClock(0)), "after " + vector.name)
            expect(await log.flush()).toBe(true)
            const again = openLog(flash, VECTOR_MAX_SIZE)
            const lines = await again.files.tail(200)
            expect(lines[lines.length - 1]).toBe(
                "0 [ERROR] after " + vector.name
            )
            const { current } = vector
            const before = current[current.length - 1]
            expect(lines[lines.length - 2]).toBe(vectorText(before))
            if (vector.drop !== undefined)
                expect(again.problems().join()).toBe("")
            await log.close()
            await again.close()
        }
    })
    test("a cursor into a damaged segment does not hide later lines", async () => {
        const whole = openLog(damage(VECTOR_CASES[0]), VECTOR_MAX_SIZE)
        const [{ last }] = await whole.files.list()
        await whole.close()
        const damaged = damage(VECTOR_CASES[0])
        damaged.memory.slots[logSlot(2)][30] ^= 1
        const log = openLog(damaged, VECTOR_MAX_SIZE)
        log.emit(record(ERROR, new ManualClock(0)), "later")
        await log.flush()
        const lines: string[] = []
        await log.files.since(last.cursor, async line => {
            lines.push(line.text)
        })
        expect(lines.join()).toBe("later")
        await log.close()
    })
    test("a log of another name is left out and gives way", async () => {
        const flash = damage(VECTOR_CASES[0])
        const clock = new ManualClock(0)
        const log = new FileRotationHandler("other.log", 600, { flash, clock })
        expect((await log.files.list())[0].size).toBe(0)
        log.emit(record(ERROR, clock), "hello")
        expect(await log.flush()).toBe(true)
        expect((await log.files.tail(5)).join()).toBe("0 [ERROR] hello")
        expect(log.problems().length).toBe(0)
        await log.close()
    })
})

/** Line `i`; each has another length, and some span two segments. */
function numbered(i: number): string {
    const filler = "abcdefghijklmnopqrstuvwxyz0123456789"
    const short = `${i}:${filler.slice(0, (i * 7) % 36)}`
    return i % 9 === 4
        ? short + filler + filler + filler + filler + filler
        : short
}

/** Lines `from` to `to` as they are logged, and what was flushed after which write. */
class Run {
    /** Number of the last flushed line by count of writes; -1 = none yet. */
    readonly flushed: number[] = []

    constructor(
        readonly flash: TestFlash,
        private last: number
    ) {}

    async log(to: number): Promise<void> {
        const clock = new ManualClock(0)
        const log = openLog(this.flash, MAX_SIZE, { slots: 6 })
        for (let i = this.last + 1; i <= to; ++i) {
            log.emit(record(INFO, clock), numbered(i))
            if (i % 3 !== 2 && i !== to) continue
            expect(await log.flush()).toBe(true)
            this.mark(i)
        }
        await log.close()
    }

    private mark(line: number): void {
        while (this.flushed.length < this.flash.writes.length)
            this.flushed.push(this.last)
        this.flushed[this.flash.writes.length] = line
        this.last = line
    }
}

/**
 * Checks that the log holds numbered lines without gap or double, whole files, and at least up
 * to line `flushed`.
 * @returns number of the last line
 */
async function check(flash: TestFlash, flushed: number): Promise<number> {
    const log = openLog(flash, MAX_SIZE, { slots: 6 })
    let next = -1
    await log.files.since(-1, async line => {
        const number = parseInt(line.text.split(":")[0])
        if (next >= 0) expect(number).toBe(next)
        expect(line.text).toBe(numbered(number))
        next = number + 1
    })
    if (flushed >= 0) expect(next > flushed).toBe(true)
    const files = await log.files.list()
    for (const file of files) expect(file.size <= MAX_SIZE).toBe(true)
    if (files.length > 1 && files[0].first) {
        const following = files[0].first.text.byteLength + 1
        expect(files[1].size + following > MAX_SIZE).toBe(true)
    }
    await log.close()
    return next < 0 ? -1 : next - 1
}

// rows: R7
describe("power cuts", () => {
    test("after every write, and after every write of the recovery", async () => {
        const run = new Run(new TestFlash(), -1)
        await run.log(32)
        const { length } = run.flash.writes
        let cuts = 0
        for (let i = 0; i <= length; ++i) {
            const last = await check(run.flash.cutAfter(i), run.flushed[i])
            const again = new Run(run.flash.cutAfter(i), last)
            await again.log(last + 4)
            for (let j = 0; j <= again.flash.writes.length; ++j) {
                await check(again.flash.cutAfter(j), again.flushed[j])
                cuts++
            }
        }
        console.log(`${length} writes, ${cuts} cuts`)
    })
})
