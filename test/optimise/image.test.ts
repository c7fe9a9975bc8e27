// rows: B3a
import assert from "node:assert/strict"
import { test } from "node:test"
import { codeEnd, measureSizes, optimise } from "../../host/optimise/index.ts"
import { readImage, writeImage } from "../../host/optimise/image.ts"
import { compile } from "./compiler.ts"
import { Random } from "./generator/index.ts"

const PROGRAM = `
    class Counter {
        n: number
        constructor() {
            this.n = 70000
        }
        add(by: number) {
            this.n = this.n + by
            return this.n
        }
    }
    const counter = new Counter()
    console.log("Küche " + counter.add(1) + counter.add(2.5))`
/** Images of which some bytes are changed. */
const MUTANTS = 1000
const MUTANTS_SEED = 1
/** Where the header holds the version of the format. */
const VERSION_AT = 8

test("an image that is read and written is the same", () => {
    const { image } = compile(PROGRAM)
    assert.deepEqual(
        Buffer.from(writeImage(readImage(image))),
        Buffer.from(image)
    )
})

test("an image of another version comes back as it is, with one line", () => {
    const { image, debug } = compile(PROGRAM)
    const other = Uint8Array.from(image)
    other[VERSION_AT] = 99
    const result = optimise(other, debug)
    assert.deepEqual(result.image, other)
    assert.equal(result.debug, debug)
    assert.match(
        result.report.skipped ?? "",
        /^the image is not optimised: format version 2\.16\.99 is not 2\.16\.4$/
    )
})

test("what is no image, or a part of one, comes back as it is", () => {
    const { image, debug } = compile(PROGRAM)
    for (const bytes of [
        new Uint8Array(),
        new Uint8Array(200),
        image.slice(0, image.length >> 1),
    ]) {
        const { image: same, report } = optimise(bytes, debug)
        assert.deepEqual(same, bytes)
        assert.match(report.skipped ?? "", /^the image is not optimised: /)
    }
})

test("an image whose bytes were changed at random is no error", () => {
    const { image, debug } = compile(PROGRAM)
    const random = new Random(MUTANTS_SEED)
    let left = 0
    for (let i = 0; i < MUTANTS; i++) {
        const changed = Uint8Array.from(image)
        for (let n = random.between(0, 2); n >= 0; n--)
            changed[random.between(0, image.length - 1)] = random.between(
                0,
                0xff
            )
        const { image: result, report } = optimise(changed, debug)
        if (report.skipped === undefined) continue
        assert.deepEqual(result, changed)
        assert.match(report.skipped, /^the image is not optimised: [^\n]+$/)
        left++
    }
    assert.ok(left > MUTANTS / 2 && left < MUTANTS, `${left} left`)
})

test("the same image gives the same, and the given one is not written to", () => {
    const { image, debug } = compile(PROGRAM)
    const before = Uint8Array.from(image)
    const text = JSON.stringify(debug)
    const first = optimise(image, debug)
    const second = optimise(image, debug)
    assert.deepEqual(first.image, second.image)
    assert.deepEqual(Uint8Array.from(image), before)
    assert.equal(JSON.stringify(debug), text)
    assert.equal(first.report.before, codeEnd(image))
    assert.equal(first.report.after, codeEnd(first.image))
    assert.ok(first.report.after < first.report.before)
})

test("sizes tell each file's code, and sum up to all of it", () => {
    const { image, debug } = compile(PROGRAM)
    const { image: optimised, debug: info } = optimise(image, debug)
    const { parts, functions } = measureSizes(optimised, info)
    const sum = Object.values(parts).reduce((all, { code }) => all + code, 0)
    const HEADER_BYTES = 112
    assert.equal(sum + HEADER_BYTES, codeEnd(optimised))
    assert.equal(parts["src/program.ts"]!.methods, 1)
    assert.deepEqual(
        functions.map(({ bytes }) => bytes),
        functions.map(({ bytes }) => bytes).sort((a, b) => b - a)
    )
})
