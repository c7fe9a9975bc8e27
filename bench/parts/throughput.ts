import { speedTable } from "../lib/speed.ts"
import type { Table } from "../lib/table.ts"
import { EMPTY_LOOP, timeCalls } from "../lib/time-calls.ts"
import { READY, timeWays } from "../lib/time-ways.ts"

/** Calls and lines a second, all of one run on one machine. */
export async function runThroughput(): Promise<{
    results: Record<string, unknown>
    tables: Table[]
}> {
    const calls = await timeCalls()
    const { byClock, byCpu, flashWrites } = await timeWays()
    return {
        results: { ...calls, ...byClock, byCpuTime: byCpu, flashWrites },
        tables: [
            speedTable(
                "Throughput within slices (calls per s of CPU time)",
                calls,
                EMPTY_LOOP
            ),
            speedTable(
                `Throughput to a TCP sink that counts every line (lines/s; ${flashWrites} flash writes meanwhile)`,
                byClock,
                READY
            ),
            speedTable(
                "The same rounds by the CPU time of the VM's thread (lines per s of CPU time)",
                byCpu,
                READY
            ),
        ],
    }
}
