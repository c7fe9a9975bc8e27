/**
 * Faults of the collector, each as a function that plays it and returns its figures.
 * `syslog-faults.test.ts` plays them in a short form, `syslog-full.ts` in full.
 */
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import type { Daemon } from "../peers/daemon.ts"
import { until } from "../peers/ports.ts"
import { Rsyslog } from "../peers/rsyslog.ts"
import { Sink } from "../peers/sink.ts"
import { SyslogNg } from "../peers/syslog-ng.ts"
import { type Figures, LoadedBoard } from "./syslog-board.ts"

/** rsyslogd that has written a record before it answers or reads the next. */
const WRITE_THROUGH = 'main_queue(queue.type="Direct")'

/** A collector that files what it takes before it takes more. */
export function carefulRsyslog(
    t: TestContext,
    proto: "tcp" | "relp"
): Promise<Rsyslog> {
    return Rsyslog.start(t, { input: proto, more: WRITE_THROUGH })
}

/** Whole messages in a file that a killed collector may have left half written. */
export function wholeMessages(collector: Daemon): Buffer[] {
    const messages: Buffer[] = []
    for (const line of collector.lines()) {
        const from = line.lastIndexOf("<13")
        const whole = line.endsWith("of a test, whole")
        if (whole || line.includes("records dropped"))
            messages.push(Buffer.from(line.slice(from)))
    }
    return messages
}

/**
 * 1: the collector is away for a while, at 100 lines a second.
 * @param queueBytes the queue's limit; the firmware's own when left out
 */
export async function collectorAway(
    t: TestContext,
    lines: number,
    awayMs: number,
    queueBytes?: number
): Promise<Figures> {
    const sink = await Sink.start(t)
    const board = await LoadedBoard.start(t, sink.port, {
        COUNT: lines,
        RATE: 100,
        BACK_MAX: 100,
        // a long queue and a long window do not fit into the heap together
        ...(queueBytes ? { QUEUE: queueBytes, WINDOW: 1024 } : {}),
    })
    const got = () => sink.messages
    await until("first lines", () => got().length > lines / 10)
    await sink.stop()
    await sleep(awayMs)
    await sink.start()
    await board.recovered(() => sink.bytes)
    const queue = queueBytes ? `a queue of ${queueBytes} bytes` : "as it comes"
    return board.figures(`collector away for ${awayMs} ms, ${queue}`, got)
}

/** Who is killed: rsyslogd by imtcp or imrelp, or syslog-ng. */
export type Victim = "tcp" | "relp" | "syslog-ng"

/** 2: the collector is killed under load again and again, and started after up to 500 ms. */
export async function killedCollector(
    t: TestContext,
    victim: Victim,
    kills: number
): Promise<Figures> {
    const isNg = victim === "syslog-ng"
    const collector = isNg
        ? await SyslogNg.start(t, { template: "$RAWMSG\\n" })
        : await carefulRsyslog(t, victim)
    const board = await LoadedBoard.start(t, collector.port, {
        COUNT: kills * 120,
        RATE: 100,
        SYSLOG_PROTO: isNg ? "tcp" : victim,
        QUEUE: 20000,
        // a burst after a second without a collector has to fit
        WINDOW: 12000,
        BACK_MIN: 50,
        BACK_MAX: 200,
    })
    const size = () => collector.written()
    await until("first lines", () => size() > 0)
    const random = (below: number) => Math.floor(Math.random() * below)
    for (let i = 0; i < kills; ++i) {
        await sleep(random(300))
        await collector.kill()
        await sleep(random(500))
        await collector.start()
        await board.recovered(size)
    }
    const name = isNg ? "syslog-ng, tcp" : `rsyslogd, ${victim}`
    return board.figures(`${kills} kills of ${name}`, () =>
        wholeMessages(collector)
    )
}
