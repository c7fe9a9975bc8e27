// Fleets of simulated boards, and the account of their lines.
import assert from "node:assert/strict"
import type { TestContext } from "node:test"
import { setTimeout as sleep } from "node:timers/promises"
import { Fleet, type FleetOptions } from "../../host/sim/index.ts"
import { until } from "../peers/ports.ts"
import { cleanUp, tempFolder } from "./harness.ts"

export const MAIN = "test/system/programs/fleet.ts"
/** How long the last lines may be under way, in ms. */
const LAST_LINES_MS = 60_000

/** Starts `count` boards that log numbered lines. */
export async function startFleet(
    t: TestContext,
    count: number,
    options: Partial<FleetOptions> = {}
): Promise<Fleet> {
    const fleet = new Fleet({
        main: MAIN,
        state: tempFolder(t),
        fastBoot: true,
        count,
        ...options,
    })
    cleanUp(t, () => fleet.stop())
    await fleet.start()
    return fleet
}

/** Runs a fleet, and holds the collector's lines of each board to what the board says it has sent. */
export async function runFleetFor(
    t: TestContext,
    count: number,
    seconds: number
): Promise<void> {
    const lines = new Map<string, number[]>()
    const fleet = await startFleet(t, count, {
        onSyslog: ({ line }) => {
            const match = /^<\d+>1 \S+ (\S+) .*line (\d+)$/.exec(line)
            if (!match) return
            const [, host, number] = match
            const seen = lines.get(host!) ?? []
            seen.push(Number(number))
            lines.set(host!, seen)
        },
    })
    await sleep(seconds * 1000)
    const memory = fleet.sims.map(sim => sim.vmMemory)
    const before = [...lines.values()].map(seen => seen.length)
    const sent = before.reduce((a, b) => a + b, 0)
    await until(
        "lines of every board",
        () => lines.size === count,
        LAST_LINES_MS
    )
    for (const [host, seen] of lines) {
        const first = seen.indexOf(1)
        assert.ok(first >= 0, `${host}: no line 1`)
        assert.deepEqual(
            seen,
            seen.map((_, i) => i + 1),
            host
        )
    }
    for (const sim of fleet.sims) assert.deepEqual(sim.past("panic"), [])
    const mean = memory.reduce((a, b) => a + b, 0) / count
    console.log(
        `${count} boards, ${seconds} s: ${(sent / seconds).toFixed(1)} lines/s, ` +
            `${(mean / 1048576).toFixed(0)} MB of memory a board`
    )
}
