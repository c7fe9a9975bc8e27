/** Faults of a collector that is there but will not take lines, as functions that return figures. */
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { Ledger } from "../peers/ledger.ts"
import { until } from "../peers/ports.ts"
import { finish } from "../peers/programs.ts"
import { Proxy } from "../peers/proxy.ts"
import { type RelpAnswer, RelpServer } from "../peers/relp-server.ts"
import { Rsyslog } from "../peers/rsyslog.ts"
import { type Manner, RudeCollector } from "../peers/rude-collector.ts"
import { certificate, Sink } from "../peers/sink.ts"
import { type Figures, LoadedBoard, startLoad } from "./syslog-board.ts"
import { wholeMessages } from "./syslog-faults.ts"

/** Faults of a TLS collector, until it is repaired. */
export const TLS_FAULTS = [
    "a plain port",
    "an unknown issuer",
    "another name",
    "a slow handshake",
] as const

type TlsFault = (typeof TLS_FAULTS)[number]

/** How long a handshake takes that is slow but not too slow, ms. */
const SLOW_MS = 1500

/** Connections that a rude peer ends at least: some end before the board has seen them begin. */
const RUDE_CONNECTIONS = 6

/** 1: TLS to a collector that has a fault for a while: lines that cannot have arrived are kept. */
export async function wrongTls(
    t: TestContext,
    fault: TlsFault,
    wrongMs: number
): Promise<Figures> {
    const names: Record<TlsFault, string | undefined> = {
        "a plain port": undefined,
        "an unknown issuer": "self-signed",
        "another name": "stranger",
        "a slow handshake": "collector",
    }
    const sink = await Sink.start(t, names[fault])
    const proxy = await Proxy.start(t, sink.port)
    const isSlow = fault === "a slow handshake"
    if (isSlow) proxy.play("hole")
    const board = await LoadedBoard.start(
        t,
        proxy.port,
        { SYSLOG_PROTO: "tls", COUNT: wrongMs / 10, RATE: 50, QUEUE: 32000 },
        certificate("ca.pem")
    )
    await until("a connection", () => proxy.connections > 0)
    await sleep(isSlow ? SLOW_MS : wrongMs)
    if (!isSlow) {
        await sink.stop()
        sink.certified = "collector"
        await sink.start()
    }
    proxy.play("pass")
    await board.recovered(() => sink.bytes)
    return board.figures(`tls, ${fault}`, () => sink.messages)
}

/** 4: a peer that accepts and ends each connection at once for a while, as a dead port forward. */
export async function acceptAndEnd(
    t: TestContext,
    manner: Extract<Manner, "close" | "reset">,
    rate: number,
    rudeMs: number
): Promise<Figures> {
    const collector = await RudeCollector.start(t, manner)
    const board = await LoadedBoard.start(t, collector.port, {
        COUNT: ((rudeMs + 3000) * rate) / 1000,
        RATE: rate,
    })
    await until("a connection", () => collector.connections > 0)
    await sleep(rudeMs)
    // on a busy machine the board takes longer to try again
    await until(
        "more connections",
        () => collector.connections >= RUDE_CONNECTIONS,
        20_000
    )
    collector.manner = "accept"
    await board.recovered(() => collector.bytes)
    return board.figures(
        `accept and ${manner} for ${rudeMs} ms at ${rate} lines/s`,
        () => collector.messages
    )
}

/** 5: connections are reset while the record that declares a gap is on its way, again and again. */
export async function resetInDeclaration(
    t: TestContext,
    times: number
): Promise<Figures> {
    const sink = await Sink.start(t)
    const collector = await RudeCollector.start(t, "reset")
    await sink.stop()
    const board = await LoadedBoard.start(t, collector.port, {
        COUNT: 600,
        RATE: 200,
        QUEUE: 8192,
    })
    let resets = 0
    collector.onMessage = message =>
        message.includes('dropped="') && resets++ < times
    await until("the queue is full", () => collector.connections > 2, 20_000)
    await sleep(1500)
    collector.manner = "accept"
    await board.recovered(() => collector.bytes)
    const figures = await board.figures(
        `${times} resets within the declaration`,
        () => collector.messages
    )
    return { ...figures, fault: `${figures.fault} (${resets} seen)` }
}

/** 3: a RELP server will not have some of the records: each LONG-th line is too long for it. */
export async function relpRefusal(
    t: TestContext,
    how: Exclude<RelpAnswer, "take">,
    lines: number,
    long: number
): Promise<Figures> {
    const server = await RelpServer.start(t, message =>
        message.includes("long long") ? how : "take"
    )
    const board = await refused(t, server.port, lines, long)
    return board.figures(
        `relp server that will ${how} each ${long}th line`,
        () => server.messages
    )
}

/** 3: rsyslogd itself with oversizeMode="abort", which ends the connection at a long record. */
export async function rsyslogRefusal(
    t: TestContext,
    lines: number,
    long: number
): Promise<Figures> {
    const rsyslog = await Rsyslog.startWith(
        t,
        (port, folder) => `
global(workDirectory="${folder}" maxMessageSize="1k")
main_queue(queue.type="Direct")
module(load="imrelp")
template(name="line" type="string" string="%rawmsg%\\n")
input(type="imrelp" port="${port}" address="127.0.0.1" maxDataSize="1k" oversizeMode="abort")
action(type="omfile" file="${folder}/all.log" template="line" flushOnTXEnd="on")
`
    )
    const board = await refused(t, rsyslog.port, lines, long)
    return board.figures(
        `rsyslogd, oversizeMode="abort", each ${long}th line`,
        () => wholeMessages(rsyslog)
    )
}

function refused(
    t: TestContext,
    port: number,
    lines: number,
    long: number
): Promise<LoadedBoard> {
    return LoadedBoard.start(t, port, {
        SYSLOG_PROTO: "relp",
        COUNT: lines,
        RATE: 100,
        LONG: long,
        QUEUE: 24000,
        BACK_MIN: 20,
        BACK_MAX: 100,
        DRAIN_MS: 120_000,
    })
}

/** The figures of a collector that closes after each write, and takes everything in the end. */
export interface StormFigures {
    lines: number
    /** Reports about the connection, which are records as well. */
    reports: number
    /** Records that arrived, that did not and were declared, and that did neither. */
    arrived: number
    declared: number
    silent: number
    /** Messages that it read while it closed after each write. */
    frames: number
    /** Connections that it took meanwhile. */
    connections: number
    panics: number
}

/**
 * 6: a collector takes one write of each connection and closes, for as long as lines are logged; the
 * reports about the connection are records as well, as in the firmware.
 */
export async function closesAfterEachWrite(
    t: TestContext,
    lines: number,
    rate: number
): Promise<StormFigures> {
    const collector = await RudeCollector.start(t, "once")
    const sim = await startLoad(t, collector.port, {
        COUNT: lines,
        RATE: rate,
        FEED: 1,
        BACK_MIN: 250,
        BACK_MAX: 5000,
        DRAIN_MS: 60_000,
    })
    const forMs = (lines * 1000) / rate
    await until("a connection", () => collector.connections > 0)
    await sleep(forMs)
    const frames = collector.messages.length
    const { connections } = collector
    collector.manner = "accept"
    const { received } = await finish(sim, 120_000)
    await sleep(300)
    const ledger = new Ledger()
    for (const message of collector.messages) ledger.take(message)
    const { arrived, declared, silent } = ledger.judge(received)
    return {
        lines,
        reports: received - lines,
        arrived,
        declared,
        silent,
        frames,
        connections,
        panics: sim.past("panic").length,
    }
}
