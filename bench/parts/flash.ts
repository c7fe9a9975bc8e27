import {
    ESP32_STORE_SIZE,
    headerPagesFor,
    PAGE_SIZE,
} from "../../host/flash/index.ts"
import { buildFault, withBoard } from "../lib/board.ts"
import { type Table, table } from "../lib/table.ts"

const PROGRAM = "bench/programs/flash.ts"
const FIRMWARE = "src/main.ts"
/** Erases that each page of an ESP32's flash is good for. */
const CYCLES = 100_000
/** Pages of the store's two halves, which are erased in turns. */
const PAGES = 2 * headerPagesFor(ESP32_STORE_SIZE / PAGE_SIZE)
const SECONDS_A_YEAR = 365.25 * 86400
const TIMEOUT_MS = 180_000
/** Time for the firmware to become idle, and time in which it is idle, in ms. */
const SETTLE_MS = 5000
const REST_MS = 60_000
/** The boot journal's write once a start has lasted is one of the boot, so it is to come early. */
const AT_REST = { DEMO: "0", SAFE_SECONDS: "1" }

/** Lines of each way: enough for several erases of each page. */
const WAYS: Record<string, { LINES: string; URGENT: string }> = {
    "batched (info)": { LINES: "1500", URGENT: "0" },
    "at once (error)": { LINES: "400", URGENT: "1" },
}

/** What lines in flash cost. */
export interface FlashResult {
    lines: number
    /** Bytes of text as it is stored: without times and levels, with line ends. */
    bytes: number
    /** Bytes of the lines as they are read, with time (as uptime), level and line end. */
    bytesAsRead: number
    /** Segments that the log wrote, and their bytes. */
    segments: number
    segmentBytes: number
    /** Bytes programmed by the store, its own overhead and compactions included. */
    programmed: number
    /** Pages erased. */
    erases: number
}

/** Writes of the firmware while nothing happens. */
export interface RestResult {
    writesAtBoot: number
    writesAnHour: number
}

/** Wear of the flash, from counted writes. */
export async function runFlash(): Promise<{
    results: Record<string, FlashResult | RestResult | string>
    tables: Table[]
}> {
    const ways: Record<string, FlashResult> = {}
    for (const [name, settings] of Object.entries(WAYS))
        ways[name] = await measureFlash(settings)
    const rest = await measureRest().catch(buildFault)
    const rows = Object.entries(ways).map(([name, result]) => [
        name,
        result.segmentBytes / result.bytesAsRead,
        result.programmed / result.bytesAsRead,
        result.segmentBytes / result.bytes,
        result.programmed / result.bytes,
        result.erases,
        years(result, 1),
        years(result, 1 / 60),
    ])
    return {
        results: { ...ways, rest },
        tables: [
            table(
                `Flash: wear by the log; ${CYCLES} erases of each of ${PAGES} pages`,
                [
                    "lines",
                    "bytes a byte as read (limit 1.5)",
                    "with compaction",
                    "bytes a byte as stored",
                    "with compaction",
                    "erases",
                    "years, 1 line/s",
                    "years, 1 line/min",
                ],
                rows
            ),
            table(
                "Flash: the reference firmware at rest",
                ["writes at boot", "writes an hour"],
                [
                    typeof rest === "string"
                        ? [rest, "-"]
                        : [rest.writesAtBoot, rest.writesAnHour],
                ]
            ),
        ],
    }
}

/** Years until the pages are worn out by `rate` lines a second. */
function years({ lines, erases }: FlashResult, rate: number): number {
    const erasesOfAPage = erases / PAGES
    const linesOfALife = (lines / erasesOfAPage) * CYCLES
    return linesOfALife / rate / SECONDS_A_YEAR
}

async function measureFlash(settings: {
    LINES: string
    URGENT: string
}): Promise<FlashResult> {
    return await withBoard(
        { main: PROGRAM, settings, collector: false },
        async sim => {
            await sim.waitFor("console", e => e.text === "begin", TIMEOUT_MS)
            const before = sim.flashCounts
            const { text } = await sim.waitFor(
                "console",
                e => e.text.startsWith("end "),
                TIMEOUT_MS
            )
            const after = sim.flashCounts
            const [dropped, bytes, bytesAsRead, segments, segmentBytes] = text
                .split(" ")
                .slice(1)
                .map(Number)
            if (dropped) throw new Error(`${PROGRAM}: ${dropped} lines dropped`)
            return {
                lines: Number(settings.LINES),
                bytes,
                bytesAsRead,
                segments,
                segmentBytes,
                programmed: after.bytes - before.bytes,
                erases: after.erases - before.erases,
            }
        }
    )
}

async function measureRest(): Promise<RestResult> {
    return await withBoard({ main: FIRMWARE, settings: AT_REST }, async sim => {
        await sim.waitFor("boot")
        await delay(SETTLE_MS)
        const atBoot = sim.flashCounts.writes
        await delay(REST_MS)
        const later = sim.flashCounts.writes - atBoot
        return {
            writesAtBoot: atBoot,
            writesAnHour: (later * 3_600_000) / REST_MS,
        }
    })
}

function delay(ms: number): Promise<void> {
    return new Promise(resolve => setTimeout(resolve, ms))
}
