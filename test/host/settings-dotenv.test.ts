// rows: C1
import assert from "node:assert/strict"
import { test } from "node:test"
import { parse } from "dotenv"
import {
    MAX_DOTENV_LENGTH,
    nextEntry,
    scanDotenv,
} from "../../src/settings/dotenv.ts"
import { DOTENV_VECTORS } from "../vectors/dotenv.ts"
import { Random } from "../vectors/random.ts"

/** What the device's parser reads, as npm `dotenv` gives it. */
function read(text: string): Record<string, string> {
    const values: Record<string, string> = {}
    const scan = scanDotenv(text)
    while (scan.at < scan.text.length) {
        const entry = nextEntry(scan)
        if (entry && entry.key !== "") values[entry.key] = entry.value
    }
    return values
}

/** Texts made of the pieces that matter to the grammar; the same ones for the same seed. */
function* randomTexts(count: number, seed: number): Generator<string> {
    const pieces = [
        ..."ABab01.-_ \t\n\r='\"`#\\:$\u00a0\u2028\u2029ä",
        ..."\n\n==''\"\"``##\\\\  ",
        "\\n",
        "\\r",
        "\r\n",
        "export ",
        "export",
        "A=",
        "\nB=",
        "K='",
        'K="',
        "K: ",
        "'\n",
        '"\n',
    ]
    const random = new Random(seed)
    for (let i = 0; i < count; i++) {
        let text = ""
        for (let left = 1 + random.below(30); left > 0; left--)
            text += random.pick(pieces)
        yield text
    }
}

test("npm dotenv reads each vector as it says", () => {
    for (const { text, values } of DOTENV_VECTORS)
        assert.deepEqual({ ...parse(text) }, values, JSON.stringify(text))
})

test("the device's parser reads 150,000 random texts as npm dotenv does", () => {
    for (const text of randomTexts(150_000, 1))
        assert.deepEqual(read(text), { ...parse(text) }, JSON.stringify(text))
})

test("a text past the bound is refused", () => {
    const most = "A=" + "x".repeat(MAX_DOTENV_LENGTH - 2)
    assert.equal(read(most).A?.length, MAX_DOTENV_LENGTH - 2)
    assert.throws(() => scanDotenv(most + "x"), RangeError)
})
