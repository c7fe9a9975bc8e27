import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    ByteRing,
    MAX_RING_BYTES,
    MIN_RING_BYTES,
    RING_CELL,
    RingCursor,
} from "../../src/platform"
import { Dice, thrown } from "./support/log"

/** Random operations on each of the rings below. */
const OPERATIONS = 4000
/** Sizes of these: the least, odd ones, and that of syslog. */
const SIZES = [MIN_RING_BYTES, 333, 1024, 8192]
/** Most operations between two waits: the VM bounds the steps of a slice. */
const A_SLICE = 20

/** A text of `size` bytes that tells its number as far as there is room. */
function textOf(number: number, size: number): string {
    const name = number + (number % 3 > 0 ? ":" : "ä")
    const words = [name]
    for (let length = name.byteLength; length < size; length += 8)
        words.push("........")
    const text = words.join("")
    if (text.byteLength === text.length) return text.slice(0, size)
    return size >= name.byteLength ? text.slice(0, size - 1) : text.slice(0, 1)
}

function newCursor(): RingCursor {
    return { frame: 0, at: 0 }
}

/** The frames from a cursor on, up to the end; the cursor is there then. */
function readAll(ring: ByteRing, cursor: RingCursor): string[] {
    const texts: string[] = []
    while (cursor.frame < ring.next) {
        ring.settle(cursor)
        texts.push(ring.textAt(cursor))
        ring.advance(cursor, 1, 1)
    }
    return texts
}

/** A ring, and a list that knows what must be in it. */
class Model {
    readonly ring: ByteRing
    /** Texts from `first` on. */
    kept: string[] = []
    first = 0
    /** A reader that stays, and how many frames it missed. */
    readonly reader = newCursor()
    seen = 0
    missed = 0

    constructor(
        readonly size: number,
        readonly dice: Dice
    ) {
        this.ring = new ByteRing(size)
    }

    push(): void {
        const { ring, dice, size } = this
        const most = dice.next(20) > 0 ? Math.min(size >> 1, 180) : size
        const text = textOf(ring.next, dice.next(most + 1))
        const fits = ring.fits(text.byteLength)
        const before = ring.first
        ring.append(text)
        this.kept.push(text)
        let longest = RING_CELL
        for (const each of this.kept)
            longest = Math.max(longest, each.byteLength)
        if (fits !== (ring.first === before))
            throw new Error(`fits ${fits}, ${ring.first - before} lost`)
        this.forget(ring.first)
        // a gap at the end, and more of the oldest than was needed: each less than the longest
        if (!fits && this.bytes() < size - 2 * longest)
            throw new Error(`only ${this.bytes()} of ${size} bytes kept`)
    }

    /** Bytes that the kept frames take. */
    bytes(): number {
        let sum = 0
        for (const text of this.kept)
            sum += Math.max(RING_CELL, text.byteLength)
        return sum
    }

    forget(first: number): void {
        this.kept = this.kept.slice(first - this.first)
        this.first = first
    }

    /** Reads some frames with the cursor that stays, in one piece, and lets them go or not. */
    read(): void {
        const { ring, dice, reader, kept } = this
        this.missed += ring.settle(reader)
        const { frame, at } = reader
        const limit = dice.next(300)
        const size = ring.advance(reader, limit, dice.next(9))
        const count = reader.frame - frame
        this.seen += count
        let sum = 0
        const texts: string[] = []
        for (let i = 0; i < count; ++i) {
            texts.push(kept[frame - this.first + i])
            sum += Math.max(RING_CELL, texts[i].byteLength)
        }
        if (sum !== size || (size > limit && count > 1))
            throw new Error(`${count} frames of ${sum} bytes, told ${size}`)
        if (!texts.some(text => text.byteLength < RING_CELL))
            if (ring.copy(at, size).toString() !== texts.join(""))
                throw new Error(`not the frames from ${frame} on`)
        if (dice.next(3) > 0) return
        ring.settle(reader)
        ring.release(reader)
        this.forget(reader.frame)
    }

    /** All that is kept is what must be. */
    check(): void {
        const { ring, kept, first } = this
        const cursor = newCursor()
        ring.rewind(cursor)
        let bytes = ring.bytesAfter(cursor)
        if (bytes !== this.bytes()) throw new Error(`${bytes} bytes`)
        // a reader is between what was read and what was not
        this.missed += ring.settle(this.reader)
        const before = ring.bytesBefore(this.reader)
        if (before + ring.bytesAfter(this.reader) !== bytes)
            throw new Error(`${before} bytes before the reader of ${bytes}`)
        const texts = readAll(ring, cursor)
        bytes = ring.bytesAfter(cursor)
        const same = texts.join("|") === kept.join("|")
        if (!same || bytes !== 0 || ring.first !== first)
            throw new Error(`from ${first}: ${texts} instead of ${kept}`)
        if (ring.next !== first + kept.length) throw new Error("next")
    }
}

async function play(size: number, seed: number): Promise<void> {
    const model = new Model(size, new Dice(seed))
    const { ring, dice } = model
    for (let i = 0; i < OPERATIONS; ++i) {
        const what = dice.next(100)
        if (what < 60) model.push()
        else if (what < 98) model.read()
        else if (dice.next(8) > 0) model.check()
        else {
            ring.clear()
            model.forget(ring.next)
        }
        if (i % A_SLICE === 0) await ds.sleep(0)
    }
    model.check()
    model.missed += ring.settle(model.reader)
    // each frame was seen by the reader, or missed, or waits
    const { seen, missed, reader } = model
    expect(seen + missed).toBe(reader.frame)
    expect(seen > 0 && missed > 0).toBe(true)
}

describe("byte ring", () => {
    SIZES.forEach((size, at) => {
        const seed = 7 + at
        test(`${OPERATIONS} random operations on ${size} bytes, seed ${seed}`, async () => {
            await play(size, seed)
        })
    })
    test("frames keep their numbers and order around the end", () => {
        const ring = new ByteRing(128)
        for (let i = 0; i < 10; ++i)
            ring.append(`${i} 34567890123456789012345678`)
        expect(ring.next).toBe(10)
        expect(ring.first).toBe(6)
        const cursor = newCursor()
        expect(ring.settle(cursor)).toBe(6)
        const numbers = readAll(ring, cursor).map(text => text[0])
        expect(numbers.join("")).toBe("6789")
    })
    test("a frame longer than the ring is cut, and alone", () => {
        const ring = new ByteRing(64)
        ring.append("before")
        ring.append(textOf(1, 100))
        const cursor = newCursor()
        ring.rewind(cursor)
        expect(cursor.frame).toBe(1)
        expect(ring.textAt(cursor)).toBe(textOf(1, 64))
        ring.append("")
        ring.settle(cursor)
        expect(cursor.frame).toBe(2)
        expect(ring.textAt(cursor)).toBe("")
        expect(ring.sizeAt(cursor)).toBe(0)
    })
    test("a ring that was emptied in any way starts well again", () => {
        const ring = new ByteRing(100)
        const cursor = newCursor()
        for (let i = 0; i < 30; ++i) {
            ring.append(textOf(i, 40))
            if (i % 3 === 0) ring.clear()
            else if (i % 3 === 1) {
                ring.settle(cursor)
                while (ring.advance(cursor, 1, 1) > 0) ring.settle(cursor)
                ring.release(cursor)
                expect(ring.first).toBe(ring.next)
            }
        }
        ring.rewind(cursor)
        expect(readAll(ring, cursor).join()).toBe(textOf(29, 40))
    })
    test("several frames are copied to a place of another buffer", () => {
        const ring = new ByteRing(256)
        ring.append("0123456789012345678901234567890123")
        ring.append("abcdefghijklmnopqrstuvwxyzabcdefghij")
        const cursor = newCursor()
        ring.rewind(cursor)
        const size = ring.advance(cursor, 256, 9)
        const target = Buffer.alloc(size + 2)
        ring.copyTo(target, 1, 0, size)
        expect(target.slice(1, 3).toString()).toBe("01")
        expect(target.slice(size - 1, size + 1).toString()).toBe("ij")
        expect(target[0] + target[size + 1]).toBe(0)
    })
    test("a size out of range is refused", () => {
        const sizes = [0, MIN_RING_BYTES - 1, MAX_RING_BYTES + 1, NaN]
        sizes.forEach(bytes => {
            expect(thrown(() => new ByteRing(bytes))).toBe(
                `RangeError: ring: wanted ${MIN_RING_BYTES} to ${MAX_RING_BYTES} bytes, got ${bytes}`
            )
        })
    })
})
