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

/**
 * Lets collector and link fail, one fault after the other, until `signal` is aborted; then the
 * collector is well again.
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
            // A collector that the machine has held up would take more with it, unread, than
            // plain TCP can know of: it reads what has come before it fails.
            await new Promise(resolve => setImmediate(resolve))
            if (choice < 0.4) {
                counts.away++
                await collector.stop()
                await wait(length).finally(() => collector.start())
            } else if (choice < 0.7) {
                counts.cut++
                await collector.stop()
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
