// rows: O1
import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { MAX_PARTS, PartCollector } from "../../src/ota"
import { piecesText } from "../../src/platform"

const TEXT =
    "#ota version=7 share=100%\n#ota hmac=00\n# some settings\nLOG_LEVEL=debug\nHB_PERIOD=4s\n"
const SIZE = 11

/** The parts of a text. */
function partsOf(text: string): { offset: number; bytes: Buffer }[] {
    const all = Buffer.from(text)
    const parts: { offset: number; bytes: Buffer }[] = []
    for (let at = 0; at < all.length; at += SIZE)
        parts.push({
            offset: at,
            bytes: all.slice(at, Math.min(at + SIZE, all.length)),
        })
    return parts
}

/** Gives parts to a collector. @returns the text, once it is whole */
function collect(
    collector: PartCollector,
    parts: { offset: number; bytes: Buffer }[],
    total: number,
    id = 7
): string {
    let text = ""
    for (const part of parts) {
        const whole = collector.add(id, part.offset, total, part.bytes)
        if (whole) text = piecesText(whole.list)
    }
    return text
}

describe("a file in parts", () => {
    const parts = partsOf(TEXT)
    const total = TEXT.byteLength

    test("is put together in order, and the other way round", async () => {
        expect(collect(new PartCollector(), parts, total)).toBe(TEXT)
        const backwards = parts.map((p, i) => parts[parts.length - 1 - i])
        expect(collect(new PartCollector(), backwards, total)).toBe(TEXT)
    })
    test("is put together when a third is lost and all are sent again", async () => {
        // another generator, so that the losses are the same each time
        let seed = 5
        const isLost = () => {
            seed = (seed * 48271) % 65521
            return seed % 100 < 30
        }
        for (let run = 0; run < 20; run++) {
            const collector = new PartCollector()
            let text = ""
            let rounds = 0
            while (!text && rounds < 30) {
                rounds++
                await ds.sleep(0) // the steps without a wait are limited
                text = collect(
                    collector,
                    parts.filter(() => !isLost()),
                    total
                )
            }
            expect(text).toBe(TEXT)
        }
    })
    test("gives way to another one", async () => {
        const collector = new PartCollector()
        collect(collector, parts.slice(1), total, 6)
        expect(collect(collector, parts, total, 7)).toBe(TEXT)
        // the same size and number, other bytes: a file that was cut short
        const other = partsOf("x" + TEXT.slice(1))
        collect(collector, other.slice(0, 3), total, 7)
        expect(collect(collector, parts, total, 7)).toBe(TEXT)
    })
    test("is bounded, whatever somebody sends", async () => {
        const collector = new PartCollector()
        const part = Buffer.alloc(10)
        const odd: [number, number][] = [
            [0, 0],
            [0, 9],
            [-1, 100],
            [95, 100],
            [0, 6001],
            [0, 2000000000],
        ]
        for (const pair of odd)
            expect(collector.add(1, pair[0], pair[1], part)).toBe(undefined)
        expect(collector.add(1, 0, 10, Buffer.alloc(0))).toBe(undefined)
        // parts that overlap never make a file
        for (let i = 0; i < 200; i++) {
            expect(collector.add(1, i, 2000, part)).toBe(undefined)
            await ds.sleep(0)
        }
        for (let i = 0; i < MAX_PARTS; i++) collector.add(2, i * 3, 100, part)
        expect(collect(collector, parts, total)).toBe(TEXT)
    })
})
