/** Faults of the board itself: its power is cut, or its socket is wanted by others. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { Ledger, type Verdict } from "../peers/ledger.ts"
import { finish } from "../peers/programs.ts"
import { silentPort } from "../peers/silent-port.ts"
import { Sink } from "../peers/sink.ts"
import { startSimulator } from "./harness.ts"

/** The figures of killing the board repeatedly. */
export interface KillFigures {
    kills: number
    /** Error lines that the board said flash had kept, of the runs that were killed. */
    kept: number
    /** Those that are not at the collector after the last boot. */
    missing: string[]
    /** Lines that came late. */
    late: number
    panics: number
}

/** 4: the board is killed under load; after the last boot every error line in flash must arrive. */
export async function killedBoard(
    t: TestContext,
    kills: number
): Promise<KillFigures> {
    const sink = await Sink.start(t)
    const settings = { SYSLOG_PORT: String(sink.port) }
    const sim = await startSimulator(t, {
        main: "test/system/programs/syslog-late.ts",
        collector: false,
        settings: { ...settings, BOOT: "1" },
    })
    for (let boot = 1; boot <= kills; ++boot) {
        const mine = `kept ${boot}.`
        await sim.waitFor("console", e => e.text.startsWith(mine), 20_000)
        await sleep(Math.random() * 400)
        await sim.kill()
        const last = boot === kills
        await sim.restart({
            settings: last
                ? { ...settings, MODE: "rest", BOOT: String(boot + 1) }
                : { ...settings, BOOT: String(boot + 1) },
        })
    }
    await finish(sim, 30_000)
    await sleep(500)
    const texts = sink.messages.map(bytes => bytes.toString())
    const kept = sim.consoleLines.filter(line => line.startsWith("kept "))
    const arrived = new Set<string>()
    for (const text of texts) {
        const found = /error (\d+\.\d+) end/.exec(text)
        if (found) arrived.add(found[1]!)
    }
    return {
        kills,
        kept: kept.length,
        missing: kept
            .map(line => line.slice("kept ".length))
            .filter(name => !arrived.has(name)),
        late: texts.filter(text => text.includes('late="1"')).length,
        panics: sim.past("panic").length,
    }
}

/** The figures of sharing the socket. */
export interface ShareFigures extends Verdict {
    lines: number
    fetches: number
    /** Fetches whose page was not whole. */
    broken: number
    /** Longest wait of a fetch for the socket, ms. */
    waited: number
    /** Leases that had to be taken away. */
    revoked: number
    panics: number
    /** How often the board used its socket for both at once. */
    trespasses: number
    /** Fewest lines that came between two fetches. */
    leastBetween: number
}

const PAGE = Buffer.alloc(2048, "p")

/**
 * 5: a task fetches a page of 2 KB every `every` ms beside a stream at full speed.
 * @param answers whether the collector answers a connect at all
 */
export async function sharedSocket(
    t: TestContext,
    forMs: number,
    every: number,
    answers = true
): Promise<ShareFigures> {
    const sink = await Sink.start(t)
    const ledger = new Ledger()
    let since = 0
    sink.onMessage = message => {
        since++
        ledger.take(message)
    }
    const between: number[] = []
    const pages = createServer((_, response) => {
        between.push(since)
        since = 0
        response.end(PAGE)
    })
    await new Promise<void>(done => pages.listen(0, "127.0.0.1", done))
    t.after(() => pages.close())
    const { port } = pages.address() as AddressInfo
    const sim = await startSimulator(t, {
        main: "test/system/programs/syslog-fetch.ts",
        collector: false,
        history: 1000,
        settings: {
            SYSLOG_PORT: String(answers ? sink.port : await silentPort(t)),
            PAGE_PORT: String(port),
            EVERY: String(every),
            FOR: String(forMs),
            ...(answers ? {} : { DRAIN_MS: "100" }),
        },
    })
    const stats = await finish(sim, forMs + 60_000)
    await sleep(500)
    const fetched = sim.consoleLines
        .map(line => /^fetched (\d+) bytes, waited (\d+) ms/.exec(line))
        .filter(found => found !== null)
    const said = (word: string) =>
        sim.consoleLines.find(line => line.startsWith(word))?.split(" ")
    return {
        lines: stats.received,
        fetches: fetched.length,
        broken: fetched.filter(found => Number(found[1]) !== PAGE.length)
            .length,
        waited: Math.max(...fetched.map(found => Number(found[2]))),
        revoked: Number(said("granted")?.[3]),
        panics: sim.past("panic").length,
        trespasses: Number(said("trespasses")?.[1]),
        leastBetween: Math.min(...between),
        ...ledger.judge(stats.received),
    }
}
