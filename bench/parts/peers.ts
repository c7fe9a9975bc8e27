import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type Sample, sample, spreadText } from "../lib/stats.ts"
import { type Table, table } from "../lib/table.ts"
import { timeCalls } from "../lib/time-calls.ts"

const TIMEOUT_MS = 60_000

/** The same lines by others on the same machine; a text says why there is no figure. */
type PeerResult = Sample | string

/** Lines a second into RAM or to the console, ours beside those of others. */
export async function runPeers(): Promise<{
    results: Record<string, PeerResult>
    tables: Table[]
}> {
    const own = await timeCalls()
    const results: Record<string, PeerResult> = {
        "fiberd, ring": own["log call, ring"],
        "DeviceScript's console.log": own["console.log of DeviceScript"],
        "asyncmd on MicroPython, ring": await asyncmd(),
    }
    return {
        results,
        tables: [
            table(
                "Peers, same lines in the same run (lines/s)",
                ["what", "median", "spread"],
                Object.entries(results).map(([what, result]) =>
                    typeof result === "string"
                        ? [what, "-", result]
                        : [what, Math.round(result.median), spreadText(result)]
                )
            ),
        ],
    }
}

async function asyncmd(): Promise<PeerResult> {
    const { MICROPYTHON, ASYNCMD } = process.env
    if (!MICROPYTHON || !ASYNCMD)
        return "absent: set MICROPYTHON (program) and ASYNCMD (folder)"
    const script = new URL("../peers/asyncmd-ring.py", import.meta.url)
    try {
        const { stdout } = await promisify(execFile)(
            MICROPYTHON,
            [fileURLToPath(script), ASYNCMD],
            { timeout: TIMEOUT_MS }
        )
        return sample(stdout.trim().split("\n").map(Number))
    } catch (error) {
        return `failed: ${(error as Error).message.trim().split("\n").at(-1)}`
    }
}
