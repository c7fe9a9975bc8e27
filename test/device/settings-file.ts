// rows: C5
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { configSlot } from "../../src/platform"
import {
    FileState,
    inTurn,
    LARGE_FILE_BYTES,
    MAX_NOTE_BYTES,
    readFile,
    readPrevious,
    replaceFile,
    rollBackFile,
    setFileState,
    SettingsFile,
    SMALL_FILE_BYTES,
    StoredFile,
} from "../../src/settings"
import { Random } from "../vectors/random"
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

async function read(file: SettingsFile): Promise<StoredFile> {
    return await inTurn(file, async () => await readFile(file))
}

async function previous(file: SettingsFile): Promise<StoredFile> {
    return await inTurn(file, async () => await readPrevious(file))
}

async function replace(
    file: SettingsFile,
    text: string,
    state?: Partial<FileState>
): Promise<void> {
    await inTurn(file, async () => await replaceFile(file, text, state))
}

async function setState(
    file: SettingsFile,
    state: Partial<FileState>
): Promise<void> {
    await inTurn(file, async () => await setFileState(file, state))
}

async function rollBack(
    file: SettingsFile,
    state?: Partial<FileState>
): Promise<void> {
    await inTurn(file, async () => await rollBackFile(file, state))
}

async function text(flash: TestFlash): Promise<string> {
    const file = await read(new SettingsFile(flash))
    return file ? file.text : "none"
}

const note = (word: string) => ({ note: Buffer.from(word) })

describe("the settings file", () => {
    test("is not there in an empty flash", async () => {
        const file = new SettingsFile(new TestFlash())
        expect(await read(file)).toBe(undefined)
        expect(await previous(file)).toBe(undefined)
        expect(file.damage).toBe(undefined)
    })

    test("comes back as it was written, with its state", async () => {
        const flash = new TestFlash()
        for (const length of [0, 1, 199, 200, 201, 700, 1399, 1400]) {
            const wanted = filled(length, length)
            await replace(new SettingsFile(flash), wanted, {
                version: 4000000000 + length,
                note: Buffer.from("n" + length),
            })
            const file = await read(new SettingsFile(flash))
            expect(file.text).toBe(wanted)
            expect(file.version).toBe(4000000000 + length)
            expect(file.note.toString()).toBe("n" + length)
        }
        await replace(new SettingsFile(flash), "K=\u00fc\u20ac")
        const last = await read(new SettingsFile(flash))
        expect(last.text).toBe("K=\u00fc\u20ac")
        expect(last.note.toString()).toBe("n1400")
    })

    test("counts once its last write is done", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        await replace(file, filled(900, 1), { version: 1 })
        const before = flash.writes.length
        await replace(file, filled(900, 2), { version: 2 })
        const after = flash.writes.length
        expect(after - before).toBe(6)
        expect(await text(flash.cutAfter(after - 1))).toBe(filled(900, 1))
        expect(await text(flash)).toBe(filled(900, 2))
        expect((await previous(file)).text).toBe(filled(900, 1))
        expect((await previous(file)).version).toBe(1)
    })

    test("is not written again when nothing is new", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        await replace(file, "A=1\n", { version: 3 })
        const before = flash.attempts
        for (let i = 0; i < 100; i++) {
            await replace(file, "A=1\n", { version: 3 })
            await setState(file, { version: 3 })
        }
        expect(flash.attempts - before).toBe(0)
        await replace(file, "A=1\n", { version: 4 })
        expect(flash.attempts - before).toBe(1)
        expect((await read(new SettingsFile(flash))).version).toBe(4)
    })

    test("writes of a change only the pieces that are new", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        const tail = filled(1200, 5)
        await replace(file, "A=1\n" + tail)
        await replace(file, "A=2\n" + tail)
        const before = flash.attempts
        await replace(file, "A=3\n" + tail)
        expect(flash.attempts - before).toBe(2)
    })

    test("goes back to the one before, once or to an empty one", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        await replace(file, "A=1\n", { version: 1, note: Buffer.from("old") })
        await replace(file, "A=2\n", { version: 2, keepPrevious: true })
        const before = flash.writes.length
        await rollBack(file, note("back"))
        expect(flash.writes.length - before).toBe(1)
        const back = await read(new SettingsFile(flash))
        expect(back.text).toBe("A=1\n")
        expect(back.version).toBe(1)
        expect(back.keepPrevious).toBe(false)
        expect(back.note.toString()).toBe("back")

        const first = new SettingsFile(new TestFlash())
        await replace(first, "A=1\n", { keepPrevious: true })
        await rollBack(first)
        expect((await read(first)).text).toBe("")
    })

    test("is not lost while it may have to come back", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        await replace(file, "A=1\n")
        await replace(file, "A=2\n", { keepPrevious: true })
        const before = flash.attempts
        expect(await fails(async () => await replace(file, "A=3\n"))).toBe(
            "SettingsError: settings file: the last change is on probation, the file before it must stay"
        )
        expect(flash.attempts - before).toBe(0)
        expect((await previous(file)).text).toBe("A=1\n")
        await setState(file, { keepPrevious: false })
        await replace(file, "A=3\n")
        expect((await previous(file)).text).toBe("A=2\n")
    })

    test("refuses what does not fit", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash, SMALL_FILE_BYTES)
        await replace(file, filled(SMALL_FILE_BYTES, 1))
        const long = filled(SMALL_FILE_BYTES + 1, 1)
        expect(await fails(async () => await replace(file, long))).toBe(
            "SettingsError: settings file: 701 bytes, at most 700 fit"
        )
        const much = { note: Buffer.alloc(MAX_NOTE_BYTES + 1) }
        const refused = await fails(async () => await setState(file, much))
        expect(refused).toBe(
            "SettingsError: settings file: a note of 151 bytes, at most 150 fit"
        )
        expect(await text(flash)).toBe(filled(SMALL_FILE_BYTES, 1))
    })

    test("says when the flash does not keep a change", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        await replace(file, "A=1\n")
        flash.full = true
        expect(await fails(async () => await replace(file, "A=2\n"))).toBe(
            "SettingsError: settings file: the flash did not keep the text"
        )
        flash.full = false
        const change = async () => await setState(file, { version: 9 })
        flash.full = true
        expect(await fails(change)).toBe(
            "SettingsError: settings file: the flash did not keep the change"
        )
        flash.full = false
        expect((await read(file)).text).toBe("A=1\n")
        await replace(file, "A=2\n")
        expect((await read(file)).text).toBe("A=2\n")
    })

    test("takes one change at a time", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        const outcomes: string[] = []
        const change = async (n: number) => {
            const job = async () => await replace(file, filled(600, n))
            outcomes.push(n + " " + (await fails(job)))
        }
        for (let i = 0; i < 12; i++) change.start(i)
        while (outcomes.length < 12) await ds.sleep(1)
        const busy = "Error: the settings file is busy, try again"
        const refused = outcomes.filter(text => text.indexOf(busy) > 0)
        const done = outcomes.filter(text => text.indexOf("nothing") > 0)
        expect(refused.length).toBe(4)
        expect(done.length).toBe(8)
        const last = parseInt(done[7])
        expect((await read(file)).text).toBe(filled(600, last))
    })

    test("is written to its end when the writing fiber is terminated", async () => {
        const flash = new TestFlash()
        const file = new SettingsFile(flash)
        const change = async () => {
            await replace(file, filled(1000, 1))
        }
        const fiber = change.start()
        while (flash.writes.length < 2) await ds.sleep(0)
        fiber.terminate()
        expect((await read(file)).text).toBe(filled(1000, 1))
    })
})

describe("a damaged settings file", () => {
    test("gives way to the one before, whatever bit is wrong", async () => {
        const flash = new TestFlash()
        await replace(new SettingsFile(flash), "OLD=1\n", { version: 1 })
        await replace(new SettingsFile(flash), "NEW=1\n", { version: 2 })
        for (const part of [0, 1]) {
            const slot = configSlot(1, part)
            const value = flash.memory.slots[slot]
            for (let bit = 0; bit < value.length * 8; bit++) {
                const damaged = flash.cutAfter(flash.writes.length)
                const copy = value.slice()
                copy[bit >> 3] ^= 1 << (bit & 7)
                damaged.memory.slots[slot] = copy
                const file = new SettingsFile(damaged)
                const { text, version } = await read(file)
                expect(text + version).toBe("OLD=1\n1")
                expect(file.damage).toBe("the file at fd.cfgb0 is damaged")
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
        await replace(new SettingsFile(flash), "A=1\n")
        await replace(new SettingsFile(flash), "A=2\n")
        flash.memory.slots[configSlot(1, 1)][0] ^= 1
        const file = new SettingsFile(flash)
        await replace(file, "A=3\n")
        expect((await read(file)).text).toBe("A=3\n")
        expect((await previous(file)).text).toBe("A=1\n")
        expect(await text(flash)).toBe("A=3\n")
        expect(file.damage).toBe("the file at fd.cfgb0 is damaged")
    })

    test("is none when both are damaged, and the next one is kept", async () => {
        const flash = new TestFlash()
        await replace(new SettingsFile(flash), "A=1\n")
        await replace(new SettingsFile(flash), "A=2\n")
        for (const set of [0, 1])
            flash.memory.slots[configSlot(set, 0)] = Buffer.from("damaged")
        const file = new SettingsFile(flash)
        expect(await read(file)).toBe(undefined)
        expect(file.damage).toBe("the file at fd.cfgb0 is damaged")
        await replace(file, "A=3\n")
        expect(await text(flash)).toBe("A=3\n")
    })
})

/** A file, its state and the one before as one text. */
async function whole(flash: TestFlash): Promise<string> {
    const file = new SettingsFile(flash)
    const now = await read(file)
    if (!now) return "none"
    return `${now.version} ${now.note.toString()} ${now.text}`
}

/** One step of the life of a settings file. */
async function step(
    file: SettingsFile,
    random: Random,
    number: number
): Promise<void> {
    const kind = random.below(8)
    const state = { version: number, note: Buffer.from("s" + number) }
    if (kind === 0) await setState(file, note("t" + number))
    else if (kind === 1) await rollBack(file, note("r" + number))
    else if (kind === 2) await replace(file, filled(random.below(900), number))
    else
        await replace(
            file,
            filled(random.below(LARGE_FILE_BYTES), number),
            state
        )
}

/** Changes of the power-cut test: some 500 cuts, and half as many of a second change after a cut. */
const STEPS = 100

describe("a power cut", () => {
    test("between any two writes leaves the old file or the new one", async () => {
        let flash = new TestFlash()
        const random = new Random(11)
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
                if (random.below(8) !== 0) continue
                await replace(new SettingsFile(cut), filled(500, i), {
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
