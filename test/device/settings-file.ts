// rows: C5
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { configSlot } from "../../src/platform"
import {
    LARGE_FILE_BYTES,
    MAX_NOTE_BYTES,
    SettingsFile,
    SMALL_FILE_BYTES,
} from "../../src/settings"
import { TestFlash } from "./support/flash-log"

/** A text of `length` bytes that differs from others by its seed. */
function filled(length: number, seed: number): string {
    const parts: string[] = []
    let bytes = 0
    for (let i = 0; bytes < length; i++) {
        const line = `KEY_${i}=${seed}/${i * seed}\n`
        parts.push(line)
        bytes += line.length
    }
    return parts.join("").slice(0, length)
}

/** The message of what `call` throws. */
async function fails(call: () => Promise<unknown>): Promise<string> {
    try {
        await call()
    } catch (e: any) {
        return e.name + ": " + e.message
    }
    return "nothing thrown"
}

async function text(flash: TestFlash): Promise<string> {
    const file = await new SettingsFile(flash).read()
    return file ? file.text : "none"
}

const note = (word: string) => ({ note: Buffer.from(word) })

describe("the settings file", () => {
    test("is not there in an empty flash", async () => {
        const file = new SettingsFile(new TestFlash())
        expect(await file.read()).toBe(undefined)
        expect(await file.previous()).toBe(undefined)
        expect(file.stateInForce().version).toBe(0)
        expect(file.problems().length).toBe(0)
    })

    test("comes back as it was written, with its state", async () => {
        const flash = new TestFlash()
        for (const length of [0, 1, 199, 200, 201, 700, 1399, 1400]) {
            const wanted = filled(length, length)
            await new SettingsFile(flash).replace(wanted, {
                version: 4000000000 + length,
                note: Buffer.from("n" + length),
            })
            const file = await new SettingsFile(flash).read()
            expect(file.text).toBe(wanted)
            expect(file.version).toBe(4000000000 + length)
            expect(file.note.toString()).toBe("n" + length)
        }
        await new SettingsFile(flash).replace("K=\u00fc\u20ac")
        const last = await new SettingsFile(flash).read()
        expect(last.text).toBe("K=\u00fc\u20ac")
        expect(last.note.toString()).toBe("n1400")
    })

    test("stays as it is until the staged one is committed", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        await file.replace(filled(900, 1), { version: 1 })
        const staged = await file.stage(filled(900, 2))
        expect(await text(flash)).toBe(filled(900, 1))
        const before = flash.writes.length
        await file.commit(staged, { version: 2 })
        expect(flash.writes.length - before).toBe(1)
        expect(await text(flash)).toBe(filled(900, 2))
        expect((await file.previous()).text).toBe(filled(900, 1))
        expect((await file.previous()).version).toBe(1)
    })

    test("is not written again when nothing is new", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        await file.replace("A=1\n", { version: 3 })
        const before = flash.attempts
        for (let i = 0; i < 100; i++) {
            await file.replace("A=1\n", { version: 3 })
            await file.setState({ version: 3 })
        }
        expect(flash.attempts - before).toBe(0)
        await file.replace("A=1\n", { version: 4 })
        expect(flash.attempts - before).toBe(1)
        expect((await new SettingsFile(flash).read()).version).toBe(4)
    })

    test("writes of a change only the pieces that are new", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        const tail = filled(1200, 5)
        await file.replace("A=1\n" + tail)
        await file.replace("A=2\n" + tail)
        const before = flash.attempts
        await file.replace("A=3\n" + tail)
        expect(flash.attempts - before).toBe(2)
    })

    test("goes back to the one before, once or to an empty one", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        await file.replace("A=1\n", { version: 1, note: Buffer.from("old") })
        await file.replace("A=2\n", { version: 2, keepPrevious: true })
        const before = flash.writes.length
        await file.rollBack(note("back"))
        expect(flash.writes.length - before).toBe(1)
        const back = await new SettingsFile(flash).read()
        expect(back.text).toBe("A=1\n")
        expect(back.version).toBe(1)
        expect(back.keepPrevious).toBe(false)
        expect(back.note.toString()).toBe("back")

        const first = new SettingsFile(new TestFlash())
        await first.replace("A=1\n", { keepPrevious: true })
        await first.rollBack()
        expect((await first.read()).text).toBe("")
    })

    test("is not lost while it may have to come back", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        await file.replace("A=1\n")
        await file.replace("A=2\n", { keepPrevious: true })
        const before = flash.attempts
        expect(await fails(async () => await file.replace("A=3\n"))).toBe(
            "SettingsError: settings file: the last change is on probation, the file before it must stay"
        )
        expect(flash.attempts - before).toBe(0)
        expect((await file.previous()).text).toBe("A=1\n")
        await file.setState({ keepPrevious: false })
        await file.replace("A=3\n")
        expect((await file.previous()).text).toBe("A=2\n")
    })

    test("refuses what does not fit", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash, SMALL_FILE_BYTES)
        await file.replace(filled(SMALL_FILE_BYTES, 1))
        const long = filled(SMALL_FILE_BYTES + 1, 1)
        expect(await fails(async () => await file.stage(long))).toBe(
            "SettingsError: settings file: 701 bytes, at most 700 fit"
        )
        const much = { note: Buffer.alloc(MAX_NOTE_BYTES + 1) }
        const refused = await fails(async () => await file.setState(much))
        expect(refused).toBe(
            "SettingsError: settings file: a note of 151 bytes, at most 150 fit"
        )
        expect(await text(flash)).toBe(filled(SMALL_FILE_BYTES, 1))
    })

    test("says when the flash does not keep a change", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        await file.replace("A=1\n")
        flash.full = true
        expect(await fails(async () => await file.replace("A=2\n"))).toBe(
            "SettingsError: settings file: the flash did not keep the text"
        )
        flash.full = false
        const staged = await file.stage("A=2\n")
        flash.full = true
        expect(await fails(async () => await file.commit(staged))).toBe(
            "SettingsError: settings file: the flash did not keep the change"
        )
        flash.full = false
        expect((await file.read()).text).toBe("A=1\n")
        await file.replace("A=2\n")
        expect((await file.read()).text).toBe("A=2\n")
    })

    test("takes one change at a time", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        const mine = await file.stage("A=1\n")
        await file.replace("A=2\n")
        expect(await fails(async () => await file.commit(mine))).toBe(
            "SettingsError: settings file: another change came first, try again"
        )
        const outcomes: string[] = []
        const change = async (n: number) => {
            const replace = async () => await file.replace(filled(600, n))
            outcomes.push(n + " " + (await fails(replace)))
        }
        for (let i = 0; i < 12; i++) change.start(i)
        while (outcomes.length < 12) await ds.sleep(1)
        const busy = "Error: the settings file is busy, try again"
        const refused = outcomes.filter(text => text.indexOf(busy) > 0)
        const done = outcomes.filter(text => text.indexOf("nothing") > 0)
        expect(refused.length).toBe(4)
        expect(done.length).toBe(8)
        const last = parseInt(done[7])
        expect((await file.read()).text).toBe(filled(600, last))
    })

    test("is written to its end when the writing fiber is terminated", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        const change = async () => {
            await file.replace(filled(1000, 1))
        }
        const fiber = change.start()
        while (flash.writes.length < 2) await ds.sleep(0)
        fiber.terminate()
        expect((await file.read()).text).toBe(filled(1000, 1))
    })
})

describe("a damaged settings file", () => {
    test("gives way to the one before, whatever bit is wrong", async () => {
        const flash = new TestFlash()
        await new SettingsFile(flash).replace("OLD=1\n", { version: 1 })
        await new SettingsFile(flash).replace("NEW=1\n", { version: 2 })
        for (const part of [0, 1]) {
            const slot = configSlot(1, part)
            const value = flash.memory.slots[slot]
            for (let bit = 0; bit < value.length * 8; bit++) {
                const damaged = flash.cutAfter(flash.writes.length)
                const copy = value.slice()
                copy[bit >> 3] ^= 1 << (bit & 7)
                damaged.memory.slots[slot] = copy
                const file = new SettingsFile(damaged)
                const { text, version } = await file.read()
                expect(text + version).toBe("OLD=1\n1")
                expect(file.problems().length).toBe(1)
            }
            for (let length = 0; length < value.length; length++) {
                const damaged = flash.cutAfter(flash.writes.length)
                damaged.memory.slots[slot] = value.slice(0, length)
                expect(await text(damaged)).toBe("OLD=1\n")
            }
        }
    })

    test("is replaced by the next one", async () => {
        const flash = new TestFlash()
        await new SettingsFile(flash).replace("A=1\n")
        await new SettingsFile(flash).replace("A=2\n")
        flash.memory.slots[configSlot(1, 1)][0] ^= 1
        const file = new SettingsFile(flash)
        await file.replace("A=3\n")
        expect((await file.read()).text).toBe("A=3\n")
        expect((await file.previous()).text).toBe("A=1\n")
        expect(await text(flash)).toBe("A=3\n")
        expect(file.problems().join()).toBe("the file at fd.cfgb0 is damaged")
    })

    test("is none when both are damaged, and the next one is kept", async () => {
        const flash = new TestFlash()
        await new SettingsFile(flash).replace("A=1\n")
        await new SettingsFile(flash).replace("A=2\n")
        for (const set of [0, 1])
            flash.memory.slots[configSlot(set, 0)] = Buffer.from("damaged")
        const file = new SettingsFile(flash)
        expect(await file.read()).toBe(undefined)
        expect(file.problems().length).toBe(2)
        await file.replace("A=3\n")
        expect(await text(flash)).toBe("A=3\n")
    })
})

/** A file, its state and the one before as one text. */
async function whole(flash: TestFlash): Promise<string> {
    const file = new SettingsFile(flash)
    const now = await file.read()
    if (!now) return "none"
    return `${now.version} ${now.note.toString()} ${now.text}`
}

/** Numbers that are the same in every run (minimal standard generator). */
function generator(seed: number): (below: number) => number {
    return below => {
        seed = Math.imul(seed, 48271) & 0x7fffffff
        return (seed >> 8) % below
    }
}

/** One step of the life of a settings file. */
async function step(
    file: SettingsFile,
    random: (below: number) => number,
    number: number
): Promise<void> {
    const kind = random(8)
    const state = { version: number, note: Buffer.from("s" + number) }
    if (kind === 0) await file.setState(note("t" + number))
    else if (kind === 1) await file.rollBack(note("r" + number))
    else if (kind === 2) await file.stage(filled(random(900), number))
    else await file.replace(filled(random(LARGE_FILE_BYTES), number), state)
}

/** Changes of the power-cut test: some 600 cuts, and as many of a second change after a cut. */
const STEPS = 100

describe("a power cut", () => {
    test("between any two writes leaves the old file or the new one", async () => {
        let flash = new TestFlash()
        const random = generator(11)
        let cuts = 0
        let again = 0
        for (let i = 1; i <= STEPS; i++) {
            const old = await whole(flash)
            await step(new SettingsFile(flash), random, i)
            const fresh = await whole(flash)
            for (let at = 0; at <= flash.writes.length; at++) {
                const cut = flash.cutAfter(at)
                const found = await whole(cut)
                expect(found === old || found === fresh).toBe(true)
                cuts++
                // sometimes the next change after a cut is cut at each write, too
                if (random(8) !== 0) continue
                await new SettingsFile(cut).replace(filled(500, i), {
                    version: 99,
                })
                const ended = await whole(cut)
                for (let j = 0; j <= cut.writes.length; j++) {
                    const twice = await whole(cut.cutAfter(j))
                    expect(twice === found || twice === ended).toBe(true)
                    again++
                }
            }
            // what was written so far is not needed any more
            flash = flash.cutAfter(flash.writes.length)
        }
        console.log(`${cuts} + ${again} cuts`)
    })
})
