// rows: A5
import assert from "node:assert/strict"
import test from "node:test"
import { LightReader } from "../../host/web/server/light-reader.ts"
import { ledPatterns } from "../../src/heartbeat/patterns.ts"

/** By how much each step comes late, in ms, one after the other. */
const LATE = [0, 25, 7, 18, 0, 21]
const NAMES: Record<number, string> = {
    0: "critical",
    3: "error",
    4: "warning",
    6: "info",
    9: "beat",
}

/** Plays a pattern, and says which one was seen. @returns also when it is over */
function play(
    reader: LightReader,
    severity: number,
    at: number
): [string | undefined, number] {
    const steps = ledPatterns()[severity]!.split(" ").map(Number)
    for (let i = 0; i < steps.length; i += 2) {
        reader.see(at + LATE[(i / 2) % LATE.length]!, steps[i]!)
        at += steps[i + 1]!
    }
    return [reader.light.pattern, at]
}

test("each pattern is known, also right after another one, with late steps", () => {
    for (const first of Object.keys(NAMES).map(Number))
        for (const second of Object.keys(NAMES).map(Number)) {
            const reader = new LightReader()
            let at = 10_000
            let name: string | undefined
            ;[name, at] = play(reader, first, at)
            assert.equal(name, NAMES[first])
            ;[name, at] = play(reader, second, at)
            assert.equal(name, NAMES[second], `after ${NAMES[first]}`)
        }
})

test("a repeated pattern is not taken for a longer one", () => {
    // lines come in a row, beats a second apart
    for (const [severity, pause] of [
        [6, 0],
        [9, 1000],
    ] as const) {
        const reader = new LightReader()
        let at = 10_000
        for (let i = 0; i < 10; ++i) {
            let name: string | undefined
            ;[name, at] = play(reader, severity, at)
            assert.equal(name, NAMES[severity])
            at += pause
        }
    }
})

test("only a change is news, and a light that was never set is not off", () => {
    const reader = new LightReader()
    assert.deepEqual(reader.light, {})
    assert.equal(reader.see(0, 0), true)
    assert.equal(reader.see(10, 0), false)
    assert.equal(reader.see(20, 1), true)
    assert.equal(reader.see(30, 1), false)
})
