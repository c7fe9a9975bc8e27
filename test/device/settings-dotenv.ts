// rows: C1
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import {
    DotenvEntry,
    MAX_DOTENV_LENGTH,
    nextEntry,
    scanDotenv,
} from "../../src/settings"
import { DOTENV_VECTORS } from "../vectors/dotenv"

const LS = String.fromCharCode(0x2028)

/** All assignments, letting other fibers run after each statement. */
async function read(text: string): Promise<DotenvEntry[]> {
    const entries: DotenvEntry[] = []
    const scan = scanDotenv(text)
    while (scan.at < scan.text.length) {
        const entry = nextEntry(scan)
        if (entry && entry.key !== "") entries.push(entry)
        await ds.sleep(0)
    }
    return entries
}

function repeat(piece: string, length: number): string {
    let text = piece
    while (text.length * 2 <= length) text = text + text
    return text + text.slice(0, length - text.length)
}

/** Entries of a text that are read: the first ones have the most before them. */
const LOOKED_AT = 40

describe("dotenv", () => {
    test("reads each vector as npm dotenv does", async () => {
        for (const vector of DOTENV_VECTORS) {
            const { text, values } = vector
            const got: Record<string, string> = {}
            for (const entry of await read(text)) got[entry.key] = entry.value
            const wanted = Object.keys(values)
            expect(Object.keys(got).join()).toBe(wanted.join())
            for (const key of wanted) expect(got[key]).toBe(values[key])
        }
    })

    test("tells the line of each key", async () => {
        const text = `A=1\r\n\r\n# note\r\nB='x\ny'\rexport C=3 # é\n`
        const lines = (await read(text)).map(({ key, line }) => key + line)
        expect(lines.join()).toBe("A1,B4,C6")
    })

    test("takes the longest text within a slice, whatever it is made of", async () => {
        const fillers = [
            ["", "A=1\n"],
            ["", "="],
            ["", "\u2003"],
            ["", "A"],
            ["", "#\n"],
            ["", "\r"],
            ["", "export "],
            ["export", "\n"],
            ["A", "\n"],
            ["A=", "\n"],
            ["A: ", " "],
            ["A='x'", " "],
            ["A='", "\\' "],
            ["A='", "\\'\n"],
            ["A='", "\\'#"],
            ["A='", "\\'x"],
            ["", "\r\n"],
            ["A", " \n"],
            ["A=", " \n"],
            ["A= x", " "],
            ['A="', "\\r\\n"],
            ["A=", "'\\"],
            ["A=", "a" + LS],
            [`A='b${LS}\`c${LS}"d${LS}`, "a" + LS],
            ["", 'A="\\n'],
            ["", "A='x' y\n"],
        ]
        for (const filler of fillers) {
            const [start, piece] = filler
            const room = MAX_DOTENV_LENGTH - start.byteLength
            const pieces = Math.idiv(room, piece.byteLength)
            const text = start + repeat(piece, pieces * piece.length)
            const scan = scanDotenv(text)
            for (let i = 0; i < LOOKED_AT && scan.at < text.length; ++i) {
                await ds.sleep(0)
                nextEntry(scan)
            }
        }
    })

    test("finds the end of a value behind many quotes that are none", async () => {
        const inner = repeat("\\' ", 3600)
        const [entry, next] = await read(`A='${inner}' # note\nB=1`)
        expect(entry.value).toBe(inner)
        expect(next.key + next.line).toBe("B2")
    })

    test("refuses a longer text", () => {
        const text = repeat(" ", MAX_DOTENV_LENGTH + 1)
        expect(() => scanDotenv(text)).toThrow()
    })
})
