/**
 * The faults that syslog has to stand, each as a function that plays it and returns its figures.
 * `syslog-faults.test.ts` plays them in a short form, `syslog-full.ts` in full.
 */
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import type { Simulator } from "../../host/sim/index.ts"
import { judge, type Verdict } from "../peers/ledger.ts"
import { until } from "../peers/ports.ts"
import { finish, type ProgramStats } from "../peers/programs.ts"
import { Proxy, type ProxyMode } from "../peers/proxy.ts"
import { Rsyslog } from "../peers/rsyslog.ts"
import { Sink } from "../peers/sink.ts"
import { startSimulator } from "./harness.ts"

/** What came of a fault. */
export interface Figures extends Verdict {
    fault: string
    lines: number
    stats: ProgramStats
    /** Worst lateness of a task that wakes every 20 ms, ms. */
    jitter: number
    panics: number
}

const PROGRAM = "test/system/programs/syslog-load.ts"

async function board(
    t: TestContext,
    port: number,
    settings: Record<string, string | number>
): Promise<Simulator> {
    const texts = Object.entries(settings).map(([k, v]) => [k, String(v)])
    return await startSimulator(t, {
        main: PROGRAM,
        collector: false,
        settings: {
            SYSLOG_HOST: "127.0.0.1",
            SYSLOG_PORT: String(port),
            ...Object.fromEntries(texts),
        },
    })
}

async function figures(
    fault: string,
    sim: Simulator,
    lines: number,
    messages: () => Buffer[],
    timeoutMs: number
): Promise<Figures> {
    const stats = await finish(sim, timeoutMs)
    // what is on its way when the program is done
    let seen = -1
    while (messages().length !== seen) {
        seen = messages().length
        await sleep(300)
    }
    const said = sim.consoleLines.find(line => line.startsWith("jitter "))
    return {
        fault,
        lines,
        stats,
        jitter: Number(said?.slice("jitter ".length)),
        panics: sim.past("panic").length,
        ...judge(messages(), lines),
    }
}

/** 1: the collector is away for a while, at 100 lines a second. */
export async function collectorAway(
    t: TestContext,
    lines: number,
    awayMs: number
): Promise<Figures> {
    const sink = await Sink.start(t)
    // 3 s of 100 lines a second are 300 records of about 100 bytes
    const sim = await board(t, sink.port, {
        COUNT: lines,
        RATE: 100,
        QUEUE: 32000,
        WINDOW: 1024,
        BACK_MAX: 100,
    })
    await until("first lines", () => sink.messages.length > lines / 10)
    await sink.stop()
    await sleep(awayMs)
    await sink.start()
    const got = () => sink.messages
    const name = `collector away for ${awayMs} ms`
    return await figures(name, sim, lines, got, lines * 10 + 60_000)
}

/** rsyslogd that has written a record before it answers or reads the next. */
const WRITE_THROUGH = 'main_queue(queue.type="Direct")'

/** Whole messages in a file that a killed rsyslogd may have left half written. */
function wholeMessages(rsyslog: Rsyslog): Buffer[] {
    const messages: Buffer[] = []
    for (const line of rsyslog.lines()) {
        const from = line.lastIndexOf("<13")
        const whole = line.endsWith("of a test, whole")
        if (whole || line.includes("records dropped"))
            messages.push(Buffer.from(line.slice(from)))
    }
    return messages
}

/** 2: rsyslogd is killed under load again and again, and started after up to 500 ms. */
export async function killedCollector(
    t: TestContext,
    proto: "tcp" | "relp",
    kills: number
): Promise<Figures> {
    const rsyslog = await Rsyslog.start(t, {
        input: proto,
        globals: WRITE_THROUGH,
    })
    const lines = kills * 100
    const sim = await board(t, rsyslog.port, {
        COUNT: lines,
        RATE: 100,
        SYSLOG_PROTO: proto,
        QUEUE: 20000,
        // a burst after half a second without a collector has to fit
        WINDOW: 12000,
        BACK_MIN: 50,
        BACK_MAX: 200,
    })
    await until("first lines", () => rsyslog.lines().length > 0)
    const random = (below: number) => Math.floor(Math.random() * below)
    for (let i = 0; i < kills; ++i) {
        await sleep(200 + random(300))
        await rsyslog.kill()
        await sleep(random(500))
        await rsyslog.start()
    }
    const got = () => wholeMessages(rsyslog)
    const name = `${kills} kills of rsyslogd, ${proto}`
    return await figures(name, sim, lines, got, lines * 10 + 60_000)
}

/** 3: the network plays a mode for a while, ends with a reset, and is well again. */
export async function brokenNetwork(
    t: TestContext,
    proto: "tcp" | "relp",
    mode: ProxyMode,
    lines: number,
    brokenMs: number
): Promise<Figures> {
    const rsyslog = await Rsyslog.start(t, {
        input: proto,
        globals: WRITE_THROUGH,
    })
    const proxy = await Proxy.start(t, rsyslog.port)
    const sim = await board(t, proxy.port, {
        COUNT: lines,
        RATE: 100,
        SYSLOG_PROTO: proto,
        QUEUE: 24000,
    })
    await until("first lines", () => rsyslog.lines().length > lines / 10)
    proxy.play(mode)
    await sleep(brokenMs)
    proxy.reset()
    proxy.play("pass")
    const got = () => wholeMessages(rsyslog)
    const name = `${mode} network for ${brokenMs} ms, then a reset, ${proto}`
    return await figures(name, sim, lines, got, lines * 10 + 60_000)
}

/** 3: resets in the middle of whatever is under way, again and again. */
export async function resets(
    t: TestContext,
    proto: "tcp" | "relp",
    count: number
): Promise<Figures> {
    const rsyslog = await Rsyslog.start(t, {
        input: proto,
        globals: WRITE_THROUGH,
    })
    const proxy = await Proxy.start(t, rsyslog.port)
    const lines = count * 100
    const sim = await board(t, proxy.port, {
        COUNT: lines,
        RATE: 200,
        SYSLOG_PROTO: proto,
        QUEUE: 24000,
        BACK_MIN: 20,
        BACK_MAX: 100,
    })
    await until("first lines", () => rsyslog.lines().length > 0)
    for (let i = 0; i < count; ++i) {
        await sleep(250 + Math.floor(Math.random() * 200))
        proxy.reset()
    }
    const got = () => wholeMessages(rsyslog)
    const name = `${count} resets, ${proto}`
    return await figures(name, sim, lines, got, lines * 10 + 60_000)
}

/** 3: a name that does not resolve. Nothing arrives, and nothing else suffers. */
export async function unknownName(t: TestContext): Promise<Figures> {
    const lines = 200
    const sim = await board(t, 514, {
        SYSLOG_HOST: "no.such.host.invalid",
        COUNT: lines,
        RATE: 100,
        DRAIN_MS: 1000,
    })
    const none = () => []
    const name = "a name that does not resolve"
    return await figures(name, sim, lines, none, 30_000)
}

/** One line of the table of figures. */
export function row(f: Figures): string {
    const { stats } = f
    const cells = [
        f.fault.padEnd(52),
        `lines ${f.lines}`,
        `arrived ${f.arrived}`,
        `declared ${f.declared}`,
        `silent ${f.silent}`,
        `duplicates ${f.duplicates}`,
        `connects ${stats.connects}`,
        `jitter ${f.jitter} ms`,
        `panics ${f.panics}`,
    ]
    return cells.join("  ")
}
