import { mkdirSync, readFileSync, writeFileSync, existsSync } from "node:fs"
import { parseArgs } from "node:util"
import { type Table, tableText } from "./lib/table.ts"
import { runSize } from "./parts/size.ts"

/** What a part of the benchmark gives: data for the results' file, tables for people. */
interface PartResult {
    results: unknown
    tables: Table[]
}

const PARTS: Record<string, () => Promise<PartResult>> = {
    size: runSize,
}

const RESULTS = "bench/results/latest.json"

const { values } = parseArgs({
    options: {
        only: { type: "string", default: Object.keys(PARTS).join(",") },
        update: { type: "boolean", default: false },
    },
})
console.log(values)
