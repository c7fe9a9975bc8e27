import { setTimeout as delay } from "node:timers/promises"
import type { Simulator } from "../../host/sim/index.ts"

/** Pseudo-random numbers from a seed (mulberry32), from 0 to below 1. */
export function randomFrom(seed: number): () => number {
    let state = seed >>> 0
    return () => {
        state = (state + 0x6d2b79f5) >>> 0
        let mixed = Math.imul(state ^ (state >>> 15), state | 1)
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
    }
}

/** How often each fault took place. */
export type FaultCounts = Record<string, number>

/** Turns of the event loop without new bytes after which a collector has read everything. */
const QUIET_TURNS = 3
/** Longest time for which a collector that is about to stop reads nothing, in ms. */
const MAX_UNREAD_MS = 150
/**
 * After this time without reading, in ms, it reads everything before it stops: over plain TCP a
 * line counts as delivered when the connection has held for 0.2 s after it, the shortest time that
 * `src/syslog/connection.ts` waits for.
 */
const TOO_LONG_UNREAD_MS = 190

/**
 * Stops the collector. The board is suspended meanwhile, so that no unread lines arrive: on a busy
 * machine, more lines would otherwise be lost with the collector than plain TCP can notice.
 * @param unreadMs how long the collector reads nothing before that
 */
export async function endCollector(
    { collector, vmPid }: Pick<Simulator, "collector" | "vmPid">,
    unreadMs: number
): Promise<void> {
    const since = performance.now()
    if (unreadMs > 0) {
        collector.pause()
        await delay(unreadMs)
    }
    if (vmPid !== undefined) process.kill(vmPid, "SIGSTOP")
    try {
        if (performance.now() - since >= TOO_LONG_UNREAD_MS) collector.resume()
        if (!collector.isPaused) await readAll(collector)
        await collector.stop()
        collector.resume()
    } finally {
        if (vmPid !== undefined) process.kill(vmPid, "SIGCONT")
    }
}

/** Waits until the collector has read everything that its connections have received. */
async function readAll(collector: Simulator["collector"]): Promise<void> {
    let before = ""
    for (let quiet = 0; quiet < QUIET_TURNS; ++quiet) {
        await new Promise(resolve => setImmediate(resolve))
        const now = `${collector.connections} ${collector.bytesRead}`
        if (now !== before) quiet = 0
        before = now
    }
}

/**
 * Makes collector and link fail, one fault after the other, until `signal` is aborted; then the
 * collector works again.
 */
export async function playFaults(
    sim: Simulator,
    random: () => number,
    signal: AbortSignal
): Promise<FaultCounts> {
    const counts: FaultCounts = { away: 0, cut: 0, deaf: 0 }
    const wait = (ms: number) => delay(ms, undefined, { signal })
    const { collector } = sim
    try {
        while (true) {
            await wait(2000 + random() * 8000)
            const choice = random()
            const length = 300 + random() * 4000
            const unreadMs = random() < 0.5 ? random() * MAX_UNREAD_MS : 0
            if (choice < 0.4) {
                counts.away++
                await endCollector(sim, unreadMs)
                await wait(length).finally(() => collector.start())
            } else if (choice < 0.7) {
                counts.cut++
                await endCollector(sim, unreadMs)
                await collector.start()
            } else {
                counts.deaf++
                collector.pause()
                await wait(length).finally(() => collector.resume())
            }
        }
    } catch (error) {
        if (!signal.aborted) throw error
    }
    return counts
}
