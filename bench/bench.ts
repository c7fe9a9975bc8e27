import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { dirname } from "node:path"
import { parseArgs } from "node:util"
import { FirmwareError } from "../host/errors.ts"
import { type Table, tableText } from "./lib/table.ts"
import { runFlash } from "./parts/flash.ts"
import { runGrowth } from "./parts/growth.ts"
import { runHeap } from "./parts/heap.ts"
import { runPeers } from "./parts/peers.ts"
import { runSize } from "./parts/size.ts"
import { runStart } from "./parts/start.ts"
import { runSteps } from "./parts/steps.ts"
import { runThroughput } from "./parts/throughput.ts"

/** The results of a part: data for the results file, tables for people. */
interface PartResult {
    results: unknown
    tables: Table[]
}

const { values } = parseArgs({
    options: {
        only: { type: "string" },
        update: { type: "boolean", default: false },
    },
})

const PARTS: Record<string, () => Promise<PartResult>> = {
    size: runSize,
    heap: runHeap,
    steps: () => runSteps(values.update),
    throughput: runThroughput,
    start: runStart,
    flash: runFlash,
    growth: runGrowth,
    peers: runPeers,
}
const RESULTS = "bench/results/latest.json"

/** Writes the results of a part; the results of other parts in the file stay. */
function keep(part: string, results: unknown): void {
    const kept = existsSync(RESULTS)
        ? (JSON.parse(readFileSync(RESULTS, "utf8")) as object)
        : {}
    const machine = `${cpus().length} x ${cpus()[0].model}, Node ${process.version}`
    const entry = { at: new Date().toISOString(), machine, results }
    mkdirSync(dirname(RESULTS), { recursive: true })
    writeFileSync(
        RESULTS,
        JSON.stringify({ ...kept, [part]: entry }, undefined, 4) + "\n"
    )
}

function errorText(error: unknown): string {
    if (error instanceof FirmwareError)
        return `${error.message}\n${error.details}`
    return error instanceof Error ? error.message : String(error)
}

async function main(): Promise<number> {
    const names = values.only?.split(",") ?? Object.keys(PARTS)
    const unknown = names.find(name => !PARTS[name])
    if (unknown !== undefined) {
        const all = Object.keys(PARTS).join(", ")
        console.error(`no part "${unknown}"; there are ${all}`)
        return 2
    }
    let failed = 0
    for (const name of names) {
        try {
            const { results, tables } = await PARTS[name]()
            for (const table of tables) console.log(tableText(table))
            keep(name, results)
        } catch (error) {
            failed++
            console.error(`part "${name}" failed: ${errorText(error)}\n`)
        }
    }
    return failed ? 1 : 0
}

process.exitCode = await main()
