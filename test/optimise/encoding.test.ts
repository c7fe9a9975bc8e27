// rows: B3a
import assert from "node:assert/strict"
import { test } from "node:test"
import { encodeNumber } from "../../host/optimise/encode.ts"
import { FIRST_MULTIBYTE_INT } from "../../host/optimise/format.ts"
import { readImage } from "../../host/optimise/image.ts"
import { optimise } from "../../host/optimise/index.ts"
import { compile } from "./compiler.ts"

test("encoding: an operand takes as few bytes as the format allows", () => {
    const cases: [number, number[]][] = [
        [0, [0]],
        [247, [247]],
        [248, [0xf8, 248]],
        [-1, [0xfc, 1]],
        [256, [0xf9, 1, 0]],
        [0x7fffffff, [0xfb, 0x7f, 0xff, 0xff, 0xff]],
        [-0x80000000, [0xff, 0x80, 0, 0, 0]],
    ]
    for (const [number, bytes] of cases)
        assert.deepEqual(encodeNumber(number), bytes, `${number}`)
})

test("encoding: a jump takes no more bytes than its distance needs", () => {
    const { image, debug } = compile(`
        if (Math.random() > 2) console.log("a")
        console.log("b")`)
    const jumps = (bytes: Uint8Array) => {
        const { code } = readImage(bytes).functions[0]!
        return Buffer.from(code).toString("hex")
    }
    const JMP_Z_SHORT = /0e0[4-9a-f]/
    assert.doesNotMatch(jumps(image), JMP_Z_SHORT)
    assert.match(jumps(optimise(image, debug).image), JMP_Z_SHORT)
})

test("numbering: what is used most gets an index of one byte", () => {
    const texts = Array.from({ length: 300 }, (_, i) => `text ${i}`)
    const last = texts.at(-1)!
    const { image, debug } = compile(`
        function show(text: string) {
            console.log(text + Math.random())
        }
        ${[...texts, last, last].map(text => `show("${text}")`).join("\n")}`)
    const index = (bytes: Uint8Array) =>
        readImage(bytes).ascii.findIndex(
            text => Buffer.from(text).toString() === last
        )
    assert.ok(index(image) >= FIRST_MULTIBYTE_INT)
    const optimised = index(optimise(image, debug).image)
    assert.ok(optimised >= 0 && optimised < FIRST_MULTIBYTE_INT)
})

test("numbering: a long integer goes to the table of numbers", () => {
    const { image, debug } = compile(`
        for (const n of [70000, 70000, 1.5]) console.log("" + n)`)
    const integers = (bytes: Uint8Array) =>
        readImage(bytes).numbers.map(number => {
            const view = new DataView(number.buffer, number.byteOffset)
            const isInteger = view.getInt32(4, true) === -1
            return isInteger ? view.getInt32(0, true) : "double"
        })
    assert.deepEqual(integers(image), ["double"])
    assert.deepEqual(integers(optimise(image, debug).image), [70000, "double"])
})
