import * as ds from "@devicescript/core"
import { expect } from "@devicescript/test"
import { FileRotationHandler } from "../../../src/flashlog"
import { HeartBeatHandler } from "../../../src/heartbeat"
import { INFO, Logger, LogSystem, RingHandler, RUNNING } from "../../../src/log"
import { ManualClock, MemoryFlash } from "../../../src/testing"
import { Random } from "../../vectors/random"
import { account } from "./handlers"
import { Recorder } from "./log"

/** Every kind of value that a program may pass by mistake. */
function values(): any[] {
    const loop: any = { name: "loop" }
    loop.self = loop
    const list: any[] = [1, "two"]
    list.push(list)
    const odd: any = new Error("odd")
    odd.name = { a: 1 }
    odd.message = loop
    let deep: any = {}
    for (let i = 0; i < 40; ++i) deep = { deep }
    const wide: any = {}
    for (let i = 0; i < 60; ++i) wide["key" + i] = i
    return [
        undefined,
        null,
        true,
        0,
        -1,
        0.5,
        NaN,
        Infinity,
        1700000000123,
        "",
        "plain",
        "{0} {1} {",
        "Küche \u20ac \ud834\udd1e",
        "a\r2026-01-01T00:00:00Z [ERROR] [x] forged",
        "\u0000\u001b]0;title\u0007\n<134>1 - evil - - - - x",
        "\u0085\u009b1m \u2028",
        Buffer.alloc(0),
        Buffer.alloc(300),
        hex`00ff`,
        {},
        { a: 1, b: "ü", c: [1, { d: null }] },
        [],
        list,
        loop,
        deep,
        wide,
        new Error("disk"),
        odd,
        { __stack__: 5 },
        () => 1,
        Math,
        ds.Fiber.self(),
    ]
}

function call(logger: Logger, random: Random, all: any[]): void {
    const any = () => random.pick(all)
    const kind = random.below(16)
    if (kind === 0) logger.trace(any(), any(), any(), any(), any())
    else if (kind === 1) logger.debug(any(), any(), any(), any(), any())
    else if (kind === 2) logger.info(any(), any(), any(), any(), any())
    else if (kind === 3) logger.notice(any(), any(), any(), any(), any())
    else if (kind === 4) logger.warning(any(), any(), any(), any(), any())
    else if (kind === 5) logger.error(any(), any(), any(), any(), any())
    else if (kind === 6) logger.critical(any(), any(), any(), any(), any())
    else if (kind === 7) logger.alert(any(), any(), any(), any(), any())
    else if (kind === 8) logger.emergency(any(), any(), any(), any(), any())
    else if (kind === 9) logger.progress(any(), any(), any())
    else if (kind === 10) logger.log(any(), any(), any(), any(), any(), any())
    else if (kind === 11) logger.exception(any(), any())
    else if (kind === 12) logger.logReport(any(), any(), any())
    else if (kind === 13) logger.with(any()).info(any(), any())
    else if (kind === 14) logger.isEnabled(any())
    else logger.setMeta(any())
}

/** Whether a text holds nothing that ends a line or controls a terminal. */
export function isClean(text: string): boolean {
    for (let code = 0; code < 32; ++code)
        if (text.indexOf(String.fromCharCode(code)) >= 0) return false
    return text.indexOf("\x7f") < 0 && text.indexOf("\u0085") < 0
}

/**
 * Calls every method of loggers with every kind of value, all handlers on: none throws, no handler
 * is lost, every other line is whole, and the accounts add up.
 */
export async function fuzzLog(calls: number, seed: number): Promise<void> {
    const clock = new ManualClock()
    const log = new LogSystem(clock, "trace")
    const out = new Recorder()
    const ring = new RingHandler(2048)
    const file = new FileRotationHandler("error.log", 1000, {
        flash: new MemoryFlash(),
        clock,
        flushLevel: -1,
    })
    let beats = 0
    const options = { burst: null as any }
    log.addHandler("out", out, options)
    log.addHandler("ring", ring)
    log.addHandler("file", file, { level: INFO, burst: null })
    log.addHandler("beat", new HeartBeatHandler({ notify: () => beats++ }))
    const receiver = log.subscribe("debug", { entries: 8 })
    const plain = log.logger("plain")
    const loggers: Logger[] = [
        log.logger("x"),
        log.service("pump"),
        log.logger("x").with({ a: 1 }),
    ]
    const random = new Random(seed)
    const all = values()
    for (let i = 0; i < calls; ++i) {
        await ds.sleep(0)
        clock.now += random.below(20)
        call(random.pick(loggers), random, all)
        for (const line of out.lines) expect(isClean(line)).toBe(true)
        for (const line of out.lines) expect(line.byteLength < 1200).toBe(true)
        // without the log's own reports about the receiver that is too slow
        const own = out.seen.filter(line => !line.startsWith("warning log "))
        expect(own.length <= 1).toBe(true)
        out.take()
        plain.info("whole {0}", i)
        expect(out.take()).toBe(`info plain whole ${i}`)
        const [last] = ring.tail(1)
        expect(last.slice(last.indexOf("[INFO]"))).toBe(
            `[INFO] [plain] whole ${i}`
        )
        if (i % 50 > 0) continue
        for (const handler of log.handlers()) {
            expect(handler.error === undefined).toBe(true)
            expect(handler.state).toBe(RUNNING)
            account(log, handler.name)
        }
        while (await receiver.receive(0));
    }
    expect(beats > 0).toBe(true)
}
