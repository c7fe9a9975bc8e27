import * as ds from "@devicescript/core"
import { describe, expect, test } from "@devicescript/test"
import { FileRotationHandler } from "../../src/flashlog"
import { LogSystem, RingHandler } from "../../src/log"
import { ManualClock, MemoryFlash } from "../../src/testing"
import { forgedText } from "../vectors/forgeries"
import { Random } from "../vectors/random"
import { fuzzLog, isClean } from "./support/fuzz"
import { Recorder } from "./support/log"

/** Calls of the short form; `npm run test:log` makes 50,000. */
const CALLS = 1000
const SEED = 20261126
/** Records of the forger. */
const FORGED = 200

describe("whatever a program passes (L14a, L14b)", () => {
    test(`${CALLS} calls: none throws, no handler is lost, every other line is whole`, async () => {
        await fuzzLog(CALLS, SEED)
    })

    test(`${FORGED} forged messages are as many lines in ring, file and on the console`, async () => {
        const clock = new ManualClock()
        const log = new LogSystem(clock, "info", 0)
        const out = new Recorder()
        const ring = new RingHandler(4096)
        const file = new FileRotationHandler("error.log", 1200, {
            flash: new MemoryFlash(),
            clock,
        })
        log.addHandler("out", out)
        log.addHandler("ring", ring)
        log.addHandler("file", file)
        const random = new Random(SEED)
        const l = log.logger("x")
        let stored = 0
        for (let i = 0; i < FORGED; ++i) {
            await ds.sleep(0)
            const text = forgedText(i)
            if (random.below(2) === 0) l.error(text.split("{0}").join(""))
            else l.error("{0}", text)
            expect(out.lines.length).toBe(1)
            const [line] = out.lines
            expect(isClean(line)).toBe(true)
            expect(line.endsWith(` end ${i}`)).toBe(true)
            expect(ring.tail(1).join("|")).toBe(line)
            expect(ring.next()).toBe(i + 1)
            const message = out.seen[0].slice("error x ".length)
            out.take()
            if (i % 20 > 0) continue
            await file.flush()
            const kept = await file.files.tail(1)
            expect(kept.length).toBe(1)
            expect(kept[0].endsWith(`[x] ${message}`)).toBe(true)
            stored++
        }
        expect(stored).toBe(FORGED / 20)
        const { received, dropped } = file.queue
        expect(`${received} ${dropped}`).toBe(`${FORGED} 0`)
    })

    test("a handler, filter and formatter that log at each record make a bounded number of lines", () => {
        const clock = new ManualClock()
        const log = new LogSystem(clock, "debug")
        const inner = log.logger("inner")
        const out = new Recorder()
        log.addHandler("out", out, { burst: null })
        const chatty = new Recorder()
        chatty.onEmit = () => inner.info("from a handler")
        log.addHandler("chatty", chatty, { burst: null })
        log.logger("x").info("the only one")
        // an hour: the time between reports grows
        let reports = 0
        for (let second = 0; second < 3600; second += 60) {
            clock.now += 60000
            log.tick()
            reports += out.seen.length
            out.take()
        }
        expect(reports <= 4).toBe(true)
    })
})
