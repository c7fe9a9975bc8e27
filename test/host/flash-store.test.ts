// rows: B2
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import {
    FlashImageError,
    FlashStore,
    PAGE_SIZE,
} from "../../host/flash/index.ts"

const KB = 1024
/** Where the store lies in the whole flash of an ESP32. */
const BOARD_OFFSET = 0x1c0000 - 0x1000
const PROGRAM = Buffer.alloc(6400, 7)

function fill(store: FlashStore, writes: number): Map<string, Buffer> {
    const last = new Map<string, Buffer>()
    for (let i = 0; i < writes; ++i) {
        const value = Buffer.alloc(1 + ((i * 53) % 200), i)
        store.set(`:key${i % 9}`, value)
        last.set(`:key${i % 9}`, value)
    }
    return last
}

function assertHolds(store: FlashStore, values: Map<string, Buffer>): void {
    for (const [key, value] of values) assert.deepEqual(store.get(key), value)
}

function sample(size?: number): FlashStore {
    const store = FlashStore.format(size)
    store.putProgram(PROGRAM)
    store.set(":LOG_LEVEL", Buffer.from('"info"'))
    store.set(":empty", Buffer.alloc(0))
    return store
}

describe("flash store", () => {
    for (const size of [256 * KB, 128 * KB])
        test(`reads back what it wrote, ${size / KB} KB`, () => {
            const image = sample(size).serialize()
            assert.equal(image.length, size)
            const store = FlashStore.parse(image)
            assert.deepEqual(store.keys(), ["*prog", ":LOG_LEVEL"])
            assert.equal(store.get(":LOG_LEVEL")?.toString(), '"info"')
            assert.deepEqual(store.program(), PROGRAM)
            assert.equal(store.get(":empty"), undefined)
            assert.equal(store.get(":nothing"), undefined)
        })

    test("keeps the last value of each key through many compactions", () => {
        const store = sample()
        const values = fill(store, 1000)
        assertHolds(store, values)
        const again = FlashStore.parse(store.serialize())
        assertHolds(again, values)
        assert.deepEqual(again.program(), PROGRAM)
        assertHolds(again, fill(again, 300))
    })

    test("writes nothing for a value that is there already", () => {
        const store = sample()
        const before = store.serialize()
        store.set(":LOG_LEVEL", Buffer.from('"info"'))
        store.putProgram(PROGRAM)
        store.delete(":nothing")
        store.delete(":empty")
        assert.deepEqual(store.serialize(), before)
    })

    test("deletes a key", () => {
        const store = sample()
        store.delete(":LOG_LEVEL")
        assert.deepEqual(FlashStore.parse(store.serialize()).keys(), ["*prog"])
    })

    test("replaces the program", () => {
        const store = sample()
        const other = Buffer.alloc(100 * 32, 9)
        store.putProgram(other)
        assert.deepEqual(FlashStore.parse(store.serialize()).program(), other)
    })

    test("refuses what does not fit, and keeps what it has", () => {
        const store = sample()
        assert.throws(() => {
            for (let i = 0; i < 200; ++i) store.set(`:${i}`, Buffer.alloc(200))
        }, /":\d+": the store is full \(\d+ bytes left, 224 wanted\)/)
        assert.throws(
            () => store.putProgram(Buffer.alloc(256 * KB)),
            /does not fit in the 56 data pages/
        )
        assert.throws(
            () => store.putProgram(Buffer.alloc(33)),
            /multiple of 32/
        )
        assert.throws(
            () => store.set(":large", Buffer.alloc(16 * KB)),
            /too large for the store/
        )
        assert.throws(
            () => store.set(":a-key-of-16-chr", Buffer.alloc(1)),
            /1 to 15 printable/
        )
        assert.throws(() => store.set("*prog", Buffer.alloc(1)), /no leading/)
        assert.deepEqual(store.program(), PROGRAM)
        assert.equal(store.get(":LOG_LEVEL")?.toString(), '"info"')
    })

    test("finds a program whose bytes are damaged to be none", () => {
        const image = sample().serialize()
        image[32 * KB + 128 + 5] ^= 1
        assert.equal(FlashStore.parse(image).program(), undefined)
    })
})

describe("finding a flash store", () => {
    test("in a file that the simulator saved without its tail", () => {
        // the VM cuts its fill bytes off, and the last byte before them
        const image = FlashStore.format(128 * KB)
        image.set(":a", Buffer.from("1234"))
        const saved = image.serialize().subarray(0, 8 * KB - 1)
        const store = FlashStore.parse(saved)
        assert.equal(store.get(":a")?.toString(), "1234")
        assert.throws(
            () => FlashStore.parse(saved.subarray(0, 8 * KB - 2)),
            /is cut short: 8190 bytes of image/
        )
    })

    test("in the whole flash of a board, in either area", () => {
        for (const writes of [1, 200]) {
            const store = sample()
            const values = fill(store, writes)
            const flash = Buffer.alloc(4096 * KB, 0xff)
            flash.fill(0x55, 0, BOARD_OFFSET / 2)
            store.serialize().copy(flash, BOARD_OFFSET)
            assertHolds(FlashStore.parse(flash), values)
        }
    })

    test("when only its second area is whole, as after a cut in a compaction", () => {
        const store = sample()
        const values = fill(store, 150)
        const image = store.serialize()
        const inForce = image.readUInt32LE(8) > image.readUInt32LE(16 * KB + 8)
        assert.equal(inForce, false, "the second area must be in force")
        image.fill(0xff, 0, PAGE_SIZE)
        assertHolds(FlashStore.parse(image), values)
        const flash = Buffer.concat([Buffer.alloc(8 * PAGE_SIZE, 0xff), image])
        assertHolds(FlashStore.parse(flash), values)
    })
})

describe("what is no flash store", () => {
    const refused: [string, () => Buffer, RegExp][] = [
        ["nothing", () => Buffer.alloc(0), /no flash store found in 0 bytes/],
        [
            "erased flash",
            () => Buffer.alloc(256 * KB, 0xff),
            /no flash store found in 262144 bytes/,
        ],
        [
            "a store at no page boundary",
            () => Buffer.concat([Buffer.alloc(100), sample().serialize()]),
            /no flash store found/,
        ],
        [
            "a value outside its area",
            () => damage(image => image.writeUInt32LE(60 * KB, 24 + 24 + 16)),
            /damaged: entry 2 \(":LOG_LEVEL", 6 bytes at 0xf000\) lies outside/,
        ],
        [
            "a value larger than the flash",
            () =>
                damage(image => image.writeUInt32LE(0x7fffffff, 24 + 24 + 20)),
            /damaged: entry 2/,
        ],
        [
            "a key that is no text",
            () => damage(image => image.writeUInt8(1, 24 + 24)),
            /damaged: entry 2/,
        ],
        [
            "free space that is not erased",
            () => damage(image => image.writeUInt8(0, 8 * KB)),
            /damaged: its free space is not erased/,
        ],
    ]
    for (const [what, image, message] of refused)
        test(`${what} is refused with one clear line`, () => {
            assert.throws(
                () => FlashStore.parse(image()),
                (error: Error) => {
                    assert.ok(error instanceof FlashImageError)
                    assert.match(error.message, message)
                    assert.equal(error.message.includes("\n"), false)
                    return true
                }
            )
        })
})

function damage(change: (image: Buffer) => void): Buffer {
    const image = sample().serialize()
    change(image)
    return image
}
