import { type AsyncmdWay, timeAsyncmd } from "../lib/asyncmd.ts"
import type { Speeds } from "../lib/speed.ts"
import { type Sample, spreadText } from "../lib/stats.ts"
import { type Table, table } from "../lib/table.ts"
import { timeCalls } from "../lib/time-calls.ts"
import { timeWays } from "../lib/time-ways.ts"

/** Lines a second; by the clock only where lines leave the process. */
interface Peer {
    byCpu: Sample
    byClock?: Sample
}

/** A text says why there is no figure. */
type PeerResult = Peer | string

const ASYNCMD: AsyncmdWay[] = ["ring", "file", "syslog"]

/** The same lines by us and by others, on the same machine. */
export async function runPeers(): Promise<{
    results: Record<string, PeerResult>
    tables: Table[]
}> {
    const calls = await timeCalls()
    const ways = await timeWays()
    const results: Record<string, PeerResult> = {
        "DeviceScript's console.log": {
            byCpu: calls["console.log of DeviceScript"],
        },
        "fiberd, ring": { byCpu: calls["log call, ring"] },
        "fiberd, syslog to collector": both(ways, "log call to collector"),
        "fiberd, ring+file+heartbeat+syslog": both(
            ways,
            "ring+file+heartbeat+syslog to collector"
        ),
    }
    for (const way of ASYNCMD)
        results[`asyncmd on MicroPython, ${way}`] = await timeAsyncmd(way)
    return {
        results,
        tables: [
            table(
                "Peers in the same run (lines per s of CPU time, and lines/s)",
                ["what", "by CPU", "spread", "by the clock", "spread"],
                Object.entries(results).map(([what, result]) =>
                    typeof result === "string"
                        ? [what, "-", result, "-", ""]
                        : [
                              what,
                              ...cells(result.byCpu),
                              ...cells(result.byClock),
                          ]
                )
            ),
        ],
    }
}

function both(
    { byCpu, byClock }: { byCpu: Speeds; byClock: Speeds },
    way: string
): Peer {
    return { byCpu: byCpu[way], byClock: byClock[way] }
}

function cells(speed: Sample | undefined): [string | number, string] {
    return speed ? [Math.round(speed.median), spreadText(speed)] : ["-", ""]
}
