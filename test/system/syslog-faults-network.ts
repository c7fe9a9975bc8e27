/** Faults of the network between board and collector, as functions that return figures. */
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { until } from "../peers/ports.ts"
import { Proxy, type ProxyMode } from "../peers/proxy.ts"
import { silentPort } from "../peers/silent-port.ts"
import { Sink } from "../peers/sink.ts"
import { type Figures, LoadedBoard } from "./syslog-board.ts"
import { carefulRsyslog, wholeMessages } from "./syslog-faults.ts"

type Proto = "tcp" | "relp"

/** How a fault of the network ends: by itself, or with a reset of the connections. */
export type Ending = "healed" | "reset"

/**
 * 3: the network plays a mode for a while: it reads nothing (`hole`), passes nothing (`deaf`),
 * or passes 1 KB/s (`slow`).
 */
export async function brokenNetwork(
    t: TestContext,
    proto: Proto,
    mode: Exclude<ProxyMode, "pass">,
    ending: Ending,
    brokenMs: number
): Promise<Figures> {
    const rsyslog = await carefulRsyslog(t, proto)
    const proxy = await Proxy.start(t, rsyslog.port)
    const board = await LoadedBoard.start(t, proxy.port, {
        COUNT: 100 + brokenMs / 10,
        RATE: 50,
        SYSLOG_PROTO: proto,
        QUEUE: 24000,
    })
    const size = () => rsyslog.written()
    await until("first lines", () => size() > 1000)
    proxy.play(mode)
    await sleep(brokenMs)
    if (ending === "reset") proxy.reset()
    proxy.play("pass")
    await board.recovered(size)
    const name = `${mode} network for ${brokenMs} ms, then ${ending}, ${proto}`
    return board.figures(name, () => wholeMessages(rsyslog))
}

/** 3: the connection is half open: the peer is gone and nobody says so; RELP has to notice. */
export async function halfOpen(t: TestContext): Promise<Figures> {
    const rsyslog = await carefulRsyslog(t, "relp")
    const proxy = await Proxy.start(t, rsyslog.port)
    const board = await LoadedBoard.start(t, proxy.port, {
        COUNT: 400,
        RATE: 20,
        SYSLOG_PROTO: "relp",
        QUEUE: 32000,
    })
    const size = () => rsyslog.written()
    await until("first lines", () => size() > 1000)
    const before = proxy.connections
    proxy.halfOpen()
    await until("noticed", () => proxy.connections > before, 20_000)
    await board.recovered(size)
    return board.figures("half-open connection, relp", () =>
        wholeMessages(rsyslog)
    )
}

/** 3: connections are reset in the middle of a frame, again and again. */
export async function resets(
    t: TestContext,
    proto: Proto,
    count: number
): Promise<Figures> {
    const rsyslog = await carefulRsyslog(t, proto)
    const proxy = await Proxy.start(t, rsyslog.port)
    const board = await LoadedBoard.start(t, proxy.port, {
        // on a busy machine a reset takes a second, and a frame must come to be cut
        COUNT: count * 200,
        RATE: 200,
        SYSLOG_PROTO: proto,
        QUEUE: 24000,
        BACK_MIN: 20,
        BACK_MAX: 100,
    })
    const size = () => rsyslog.written()
    await until("first lines", () => size() > 0)
    for (let i = 0; i < count; ++i) {
        await sleep(Math.floor(Math.random() * 200))
        const before = proxy.connections
        proxy.cutNext()
        await until("connected again", () => proxy.connections > before)
        await board.recovered(size)
    }
    return board.figures(
        `${count} resets in the middle of a frame, ${proto}`,
        () => wholeMessages(rsyslog)
    )
}

/** 3: the collector's name does not resolve, until the setting is corrected. */
export async function unknownName(t: TestContext): Promise<Figures> {
    const sink = await Sink.start(t)
    const board = await LoadedBoard.start(t, sink.port, {
        SYSLOG_HOST: "no.such.host.invalid",
        COUNT: 300,
        RATE: 100,
        FIX: 200,
        QUEUE: 32000,
    })
    await board.sim.waitFor("console", e => e.text === "fixed")
    await board.recovered(() => sink.bytes)
    const name = "a name that does not resolve for 2000 ms"
    return board.figures(name, () => sink.messages)
}

/** 3: connects are not answered at all. Nothing arrives, and nothing else suffers. */
export async function unanswered(t: TestContext): Promise<Figures> {
    const board = await LoadedBoard.start(t, await silentPort(t), {
        COUNT: 300,
        RATE: 100,
        CONNECT_MS: 1000,
        DRAIN_MS: 500,
    })
    return board.figures("a connect that is never answered", () => [])
}
