import assert from "node:assert/strict"
import { describe, test } from "node:test"
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
