import type { Simulator } from "../../host/sim/index.ts"
import { buildFault, withBoard } from "../lib/board.ts"
import { type Sample, sample, spreadText } from "../lib/stats.ts"
import { type Table, table } from "../lib/table.ts"

const FIRMWARE = "src/main.ts"
const RUNS = 7

/** Times from the start of the program, in ms. */
export interface StartResult {
    /** To the first line on the console. */
    firstLine: Sample
    /** To the first line at the collector. */
    collector: Sample
}

/** How long it takes until the first lines are there; power on to program start not included. */
export async function runStart(): Promise<{
    results: StartResult | string
    tables: Table[]
}> {
    const results = await measureStart().catch(buildFault)
    const rows =
        typeof results === "string"
            ? [[results, "-", "-"]]
            : [
                  row("first log line", results.firstLine),
                  row("first line at the collector", results.collector),
              ]
    return {
        results,
        tables: [
            table(
                "Start of the reference firmware (ms from program start)",
                ["until", "median", "spread"],
                rows
            ),
        ],
    }
}

async function measureStart(): Promise<StartResult> {
    const firstLines: number[] = []
    const atCollector: number[] = []
    const settings = { DEMO: "1" }
    await withBoard({ main: FIRMWARE, settings }, async sim => {
        for (let run = 0; run < RUNS; ++run) {
            const since = sim.at
            if (run) await sim.restart()
            const [console, syslog] = await timesOfStart(sim, run && since)
            firstLines.push(console)
            atCollector.push(syslog)
        }
    })
    return { firstLine: sample(firstLines), collector: sample(atCollector) }
}

async function timesOfStart(
    sim: Simulator,
    since: number
): Promise<[number, number]> {
    const boot = await sim.waitFor("boot", undefined, undefined, since)
    const line = await sim.waitFor("console", undefined, undefined, boot.at)
    const syslog = await sim.waitFor("syslog", undefined, undefined, boot.at)
    return [line.at - boot.at, syslog.at - boot.at]
}

function row(until: string, times: Sample): [string, number, string] {
    return [until, times.median, spreadText(times)]
}
