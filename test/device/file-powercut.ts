import { describe, expect, test } from "@devicescript/test"
import { FileRotationHandler } from "../../src/flashlog"
import { INFO } from "../../src/log/levels"
import { record, TestClock, TestFlash } from "./support/flash-log"

// Power cuts after every write of several flash logs in one store: what was flushed is there, and
// no log lost a part of a file to another.

/** Files that three logs have room for, with no slot to spare: 8 slots each. */
const MAX_SIZE = 600
const NAMES = ["error.log", "audit.log", "third.log"]
/** Rounds after which another log begins. */
const LATER = 6
const FILLER = "abcdefghijklmnopqrstuvwxyz0123456789"

/** Line `i` of a log, of a length of its own; some go over two segments. */
function numbered(name: string, i: number): string {
    const text = `${i}:${name} ${FILLER.slice(0, (i * 7) % 36)}`
    return i % 9 === 4 ? text + FILLER + FILLER + FILLER + FILLER : text
}

function openAll(flash: TestFlash, count: number): FileRotationHandler[] {
    const clock = new TestClock()
    return NAMES.slice(0, count).map(
        name => new FileRotationHandler(name, MAX_SIZE, { flash, clock })
    )
}

async function closeAll(logs: FileRotationHandler[]): Promise<void> {
    for (const log of logs) await log.close()
}

/** Lines of several logs, and what was flushed after which write. */
class Run {
    /** For each log: number of its last flushed line after so many writes; -1 = none yet. */
    readonly flushed: number[][]

    constructor(
        readonly flash: TestFlash,
        private readonly last: number[]
    ) {
        this.flushed = last.map((): number[] => [])
    }

    /**
     * Adds lines to the logs in turns, some of which are only flushed with later ones.
     * @param from number of the first round
     */
    async log(from: number, rounds: number): Promise<void> {
        const { flash, last } = this
        const clock = new TestClock()
        const logs = openAll(flash, last.length)
        const logged = last.slice()
        for (let round = from; round < rounds; ++round)
            // the later ones grow when the first has slots to give that still count in flash
            for (let k = 0; k < logs.length && round >= k * LATER; ++k) {
                const count = 1 + ((round * 5 + k * 3) % 4)
                for (let i = 0; i < count; ++i) {
                    const text = numbered(NAMES[k], ++logged[k])
                    logs[k].emit(record(INFO, clock), text)
                }
                if ((round + k) % 3 === 0 && round < rounds - 1) continue
                expect(await logs[k].flush()).toBe(true)
                this.mark(k, logged[k])
            }
        await closeAll(logs)
    }

    private mark(k: number, line: number): void {
        const { length } = this.flash.writes
        for (let other = 0; other < this.last.length; ++other)
            while (this.flushed[other].length <= length)
                this.flushed[other].push(this.last[other])
        this.flushed[k][length] = line
        this.last[k] = line
    }
}

/** Number of the last line of a log, whose lines must follow on each other; -1 when there is none. */
async function lastOf(log: FileRotationHandler, name: string): Promise<number> {
    let last = -1
    await log.files.since(-1, async line => {
        const number = parseInt(line.text)
        if (last >= 0) expect(number).toBe(last + 1)
        expect(line.text).toBe(numbered(name, number))
        last = number
    })
    return last
}

/** What was flushed of each log after so many writes. */
function flushedAt(run: Run, writes: number): number[] {
    return run.flushed.map(list => list[writes])
}

/**
 * Checks that each log holds numbered lines without gap or double, none of its segments is missing,
 * and they go at least up to what was flushed.
 * @returns number of the last line of each
 */
async function check(flash: TestFlash, flushed: number[]): Promise<number[]> {
    const logs = openAll(flash, flushed.length)
    const ends: number[] = []
    for (let k = 0; k < logs.length; ++k) {
        const last = await lastOf(logs[k], NAMES[k])
        expect(last >= flushed[k]).toBe(true)
        expect(logs[k].problems().join().indexOf("missing")).toBe(-1)
        ends.push(last)
    }
    await closeAll(logs)
    return ends
}

async function campaign(count: number, rounds: number): Promise<void> {
    const none = NAMES.slice(0, count).map(() => -1)
    const run = new Run(new TestFlash(), none)
    await run.log(0, rounds)
    const { length } = run.flash.writes
    let cuts = 0
    for (let i = 0; i <= length; ++i) {
        const ends = await check(run.flash.cutAfter(i), flushedAt(run, i))
        if (i % 6 > 0) continue
        const again = new Run(run.flash.cutAfter(i), ends)
        await again.log(rounds, rounds + 2)
        for (let j = 0; j <= again.flash.writes.length; ++j) {
            await check(again.flash.cutAfter(j), flushedAt(again, j))
            cuts++
        }
    }
    console.log(`${count} logs: ${length} writes, ${cuts} cuts in recoveries`)
}

describe("power cuts of several flash logs", () => {
    test("two", async () => {
        await campaign(2, 15)
    })
    test("three", async () => {
        await campaign(3, 19)
    })
})
