// rows: R10
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { crc16 } from "../../host/flash/log-segment.ts"
import { readLogFiles } from "../../host/flash/log.ts"
import {
    VECTOR_CASES,
    VECTOR_SLOTS,
    vectorText,
    type VectorCase,
} from "../vectors/flash-log.ts"

function slotsOf({ flip, cut, drop }: VectorCase): Map<string, Buffer> {
    const slots = VECTOR_SLOTS.map(hex => Buffer.from(hex, "hex"))
    if (flip) slots[flip[0]][flip[1]] ^= flip[2]
    if (cut) slots[cut[0]] = slots[cut[0]].subarray(0, cut[1])
    if (drop !== undefined) slots[drop] = Buffer.alloc(0)
    return new Map(
        slots.map((value, i) => [`fd.log${String(i).padStart(2, "0")}`, value])
    )
}

const textsOf = (lines: number[]) => lines.map(vectorText)

describe("the flash log read on the host", () => {
    for (const vector of VECTOR_CASES)
        test(vector.name, () => {
            const files = readLogFiles(slotsOf(vector))
            assert.deepEqual(
                files.map(file => file.name),
                ["error.log", "error.log.1"]
            )
            assert.deepEqual(files[0].lines, textsOf(vector.current))
            assert.deepEqual(files[1].lines, textsOf(vector.older))
            assert.deepEqual(
                files.flatMap(file => file.problems),
                vector.problems
            )
        })

    test("slots may lie in any order, with the store's prefix and among other keys", () => {
        const slots = [...slotsOf(VECTOR_CASES[0])].reverse()
        const store = new Map<string, Buffer>([
            ["*prog", Buffer.from("x")],
            [":LOG_LEVEL", Buffer.from('"debug"')],
            ...slots.map(([key, value]): [string, Buffer] => [
                `:${key}`,
                value,
            ]),
        ])
        const [current, older] = readLogFiles(store)
        assert.deepEqual(current.lines, textsOf(VECTOR_CASES[0].current))
        assert.deepEqual(older.lines, textsOf(VECTOR_CASES[0].older))
    })

    test("an empty store has no files", () =>
        assert.deepEqual(readLogFiles(new Map()), []))

    test("nothing but junk gives its problems", () => {
        const [file, ...others] = readLogFiles(
            new Map([["fd.log07", Buffer.from("hello")]])
        )
        assert.deepEqual(others, [])
        assert.deepEqual(file.lines, [])
        assert.deepEqual(file.problems, [
            "slot fd.log07 is no log segment: skipped",
        ])
    })

    test("every bit of every slot: a flipped one never shows a wrong line", () => {
        const whole = readLogFiles(slotsOf(VECTOR_CASES[0]))
        const known = new Set(whole.flatMap(file => file.lines))
        VECTOR_SLOTS.forEach((hex, slot) => {
            for (let bit = 0; bit < hex.length * 4; ++bit) {
                const flip: [number, number, number] = [
                    slot,
                    bit >> 3,
                    1 << (bit & 7),
                ]
                const files = readLogFiles(
                    slotsOf({ ...VECTOR_CASES[0], flip })
                )
                const problems = files.flatMap(file => file.problems)
                assert.ok(problems.length > 0, `slot ${slot} bit ${bit}`)
                for (const line of files.flatMap(file => file.lines))
                    assert.ok(
                        known.has(line),
                        `slot ${slot} bit ${bit}: ${line}`
                    )
            }
        })
    })
})

/** The firmware's header before its magic and checksum, and a payload of lines. */
interface SegmentParts {
    seq: number
    /** Number within its file, and segments before the file that still count. */
    index: number
    back: number
    /** Bytes of the file with this segment. */
    size: number
    /** Lines, whole ones, as they are stored; the first one of a file is its name. */
    lines: Buffer[]
}

/** A stored line at error with its own time. */
function stored(text: string, level = 3, seconds = 7): Buffer {
    const head = Buffer.alloc(7)
    head.writeUInt16LE(Buffer.byteLength(text) | (level << 11))
    head[2] = 255
    head.writeUInt32LE(seconds, 3)
    return Buffer.concat([head, Buffer.from(text)])
}

function segmentOf(log: string, parts: SegmentParts): Buffer {
    const header = Buffer.alloc(15)
    header[0] = 0x4c
    header[1] = 2
    header.writeUInt16LE(crc16(Buffer.from(log)), 2)
    header.writeUInt32LE(parts.seq, 4)
    header.writeUInt16LE(parts.size, 8)
    header[10] = parts.index
    header[11] = parts.back
    const payload = Buffer.concat(parts.lines)
    header.writeUInt16LE(crc16(header.subarray(0, 13), payload), 13)
    return Buffer.concat([header, payload])
}

function logOf(log: string, segments: SegmentParts[]): Map<string, Buffer> {
    return new Map(
        segments.map((parts, i) => [`fd.log0${i}`, segmentOf(log, parts)])
    )
}

describe("what the host says is missing", () => {
    const name = stored("a.log", 15, 0)
    // after a damaged slot numbers are left out, for good
    const first = {
        seq: 1,
        index: 0,
        back: 0,
        size: 4,
        lines: [name, stored("one")],
    }
    const later = { seq: 4, index: 3, back: 0, size: 8, lines: [stored("two")] }

    test("numbers that the device skipped are no loss", () => {
        const [file] = readLogFiles(logOf("a.log", [first, later]))
        assert.deepEqual(file.lines, ["7 [ERROR] one", "7 [ERROR] two"])
        assert.deepEqual(file.problems, [])
    })

    test("missing lines are reported as missing segments", () => {
        const size = later.size + 20
        const [file] = readLogFiles(logOf("a.log", [first, { ...later, size }]))
        assert.deepEqual(file.problems, ["segments 2 to 3 are missing"])
    })

    test("a missing first segment is reported", () => {
        const [file] = readLogFiles(
            logOf("a.log", [{ ...later, seq: 2, index: 1 }])
        )
        assert.deepEqual(file.problems, ["segments 1 to 1 are missing"])
    })

    test("a reset of the current file is no loss", () => {
        const fresh = { seq: 9, index: 0, back: 8, size: 0, lines: [name] }
        const [, older] = readLogFiles(logOf("a.log", [first, fresh]))
        assert.deepEqual(older.lines, ["7 [ERROR] one"])
        assert.deepEqual(older.problems, [])
    })
})

describe("names of the files", () => {
    const names = (name: string, digits: number) => {
        // one less than the digits is the time of a name
        const entry = stored(name, 15, digits - 1)
        const file = { index: 0, size: 0, lines: [entry] }
        const slots = logOf(name, [
            { ...file, seq: 1, back: 0 },
            { ...file, seq: 2, back: 1 },
        ])
        return readLogFiles(slots).map(file => file.name)
    }

    test("numbers are padded as on the device", () => {
        assert.deepEqual(names("log", 1), ["log", "log.1"])
        assert.deepEqual(names("log", 3), ["log", "log.001"])
        assert.deepEqual(names("log-%.txt", 2), ["log-00.txt", "log-01.txt"])
        assert.deepEqual(names("%-%", 1), ["0-0", "1-1"])
    })
})
