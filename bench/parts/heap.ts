import type { Settings } from "../../host/env/index.ts"
import { buildFault, CLOSED_PORT, withBoard } from "../lib/board.ts"
import { type Sample, sample } from "../lib/stats.ts"
import { BLOCK_BYTES, OUT_OF_MEMORY } from "../lib/probe.ts"
import { type Table, table } from "../lib/table.ts"

/** What `programs/probe.ts` prints for each block that it gets. */
const BLOCK_LINE = /^\s*> #$/
/** What the VM says when its heap is full. */
const HEAP_STATS = /^stats: \d+ objects, (\d+) B used, (\d+) B free/
/** A run measures within some 10 s. */
const TIMEOUT_MS = 40_000
const RUNS = 5
/** What the firmware must leave to an application, in bytes. */
const WANTED_LEFT = 33_500

const FIRMWARE = "bench/programs/heap-firmware.ts"
/** No demo, and syslog at work on a collector that is not there. */
const AWAY = { DEMO: "0", SYSLOG_HOST: "127.0.0.1", SYSLOG_PORT: CLOSED_PORT }

interface HeapCase {
    main: string
    settings: Settings
    /** Whether a collector takes the lines. */
    collector: boolean
}

/** Parts that fit an ESP32-S2: the program holds 24 KB, so that its 40 KB are left. */
export const SMALL_HEAP: HeapCase = {
    main: "bench/programs/heap-parts.ts",
    settings: { SYSLOG_QUEUE: "4KB", SYSLOG_WINDOW: "2KB" },
    collector: true,
}

/** An update during a log storm with the collector away: at its `check` and its `commit`. */
export function updateHeap(moment: "check" | "commit"): HeapCase {
    return {
        main: "bench/programs/heap-ota.ts",
        settings: {
            SYSLOG_HOST: "127.0.0.1",
            SYSLOG_PORT: CLOSED_PORT,
            LOG_BURST: "0",
            OTA_KEY: "0123456789abcdef".repeat(4),
            MOMENT: moment,
        },
        collector: false,
    }
}

const CASES: Record<string, HeapCase> = {
    "empty program": plain("bench/programs/heap-empty.ts"),
    "library linked, idle": plain("bench/programs/heap-linked.ts"),
    "firmware, 5 tasks": firmware({ DEMO: "0", TASKS: "5" }, true),
    "firmware, 20 tasks": firmware({ DEMO: "0", TASKS: "20" }, true),
    "firmware, 5 tasks, log storm, collector away": firmware(
        { ...AWAY, TASKS: "5", STORM: "10000", LOG_BURST: "0" },
        false
    ),
    "40 KB: tasks, syslog, files": SMALL_HEAP,
    "update in a storm, collector away: checked": updateHeap("check"),
    "update in a storm, collector away: committing": updateHeap("commit"),
}

/** Heap that an application could still allocate, and heap in use, in bytes. */
export interface HeapResult {
    left: Sample
    used: Sample
}

/** Heap of each program; of one that does not build the error. */
export async function runHeap(): Promise<{
    results: Record<string, HeapResult | string>
    tables: Table[]
}> {
    const results: Record<string, HeapResult | string> = {}
    for (const [name, heapCase] of Object.entries(CASES))
        results[name] = await measureHeap(heapCase).catch(buildFault)
    const rows = Object.entries(results).map(([name, result]) =>
        typeof result === "string"
            ? [name, result, "", ""]
            : [
                  name,
                  result.left.median,
                  `${result.left.min} to ${result.left.max}`,
                  result.used.median,
              ]
    )
    const five = results["firmware, 5 tasks"]
    const twenty = results["firmware, 20 tasks"]
    if (typeof five === "object" && typeof twenty === "object")
        rows.push([
            "an idle task (limit 516)",
            "",
            "",
            (twenty.used.median - five.used.median) / 15,
        ])
    return {
        results,
        tables: [
            table(
                `Heap in bytes, ${RUNS} runs; the firmware with 5 tasks must leave ${WANTED_LEFT}`,
                ["program", "left", "from, to", "used"],
                rows
            ),
        ],
    }
}

function plain(main: string): HeapCase {
    return { main, settings: {}, collector: false }
}

function firmware(settings: Settings, collector: boolean): HeapCase {
    return { main: FIRMWARE, settings, collector }
}

async function measureHeap(heapCase: HeapCase): Promise<HeapResult> {
    // in parallel, since the result does not depend on time
    const runs = await Promise.all(
        Array.from({ length: RUNS }, () => runOnce(heapCase))
    )
    return {
        left: sample(runs.map(({ left }) => left)),
        used: sample(runs.map(({ used }) => used)),
    }
}

/** Runs a program until the heap is full: what was left, and what the program took. */
export async function runOnce({
    main,
    settings,
    collector,
}: HeapCase): Promise<{ left: number; used: number }> {
    let blocks = 0
    let total = 0
    const onVmLine = (line: string) => {
        if (total) return
        if (BLOCK_LINE.test(line)) blocks++
        const stats = HEAP_STATS.exec(line)
        if (stats) total = Number(stats[1]) + Number(stats[2])
    }
    await withBoard({ main, settings, collector, onVmLine }, async sim => {
        const { code } = await sim.waitFor("panic", undefined, TIMEOUT_MS)
        if (code !== OUT_OF_MEMORY)
            throw new Error(
                `${main}: panic ${code} instead of ${OUT_OF_MEMORY}:\n` +
                    sim.consoleLines.slice(-10).join("\n")
            )
    })
    const left = blocks * BLOCK_BYTES
    return { left, used: total - left }
}
