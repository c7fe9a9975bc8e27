import type { Simulator } from "../../host/sim/index.ts"

/** What the test programs print at the end: the firmware's own account. */
export interface ProgramStats {
    connected: boolean
    connects: number
    received: number
    delivered: number
    queued: number
    dropped: number
    resent: number
    declared: number
}

/**
 * Waits for the line `done STATS` of a test program.
 * @throws when the program panics, or is not done in time
 */
export async function finish(
    sim: Simulator,
    timeoutMs: number
): Promise<ProgramStats> {
    let stop = () => {}
    const panic = new Promise<never>((_, reject) => {
        stop = sim.onEvent(event => {
            if (event.event === "panic")
                reject(new Error(`panic ${event.code}`))
        })
    })
    try {
        const isLast = (e: { text: string }) => e.text.startsWith("done ")
        const waited = sim.waitFor("console", isLast, timeoutMs)
        waited.catch(() => {})
        const { text } = await Promise.race([waited, panic])
        return JSON.parse(text.slice("done ".length)) as ProgramStats
    } finally {
        stop()
    }
}
