import { type Command } from "commander"
import { paintFor } from "../colour.ts"
import type { FlashMap } from "../flash/index.ts"
import { printable } from "../printable.ts"
import {
    addBoardCommand,
    boardName,
    type BoardOptions,
    printJson,
    withBoard,
} from "./board.ts"
import { count, duration, lifeText, writesText } from "../words.ts"
import { table } from "./table.ts"

/** Adds `fiberctl flash map`: what lies in the flash of a running board, and how long it lasts. */
export function addFlashMapCommand(flash: Command): void {
    addBoardCommand(
        flash,
        "map",
        "show what a running board keeps in flash, how much it writes, and how long the flash lasts",
        "flash map --bus 127.0.0.1:8082"
    ).action(async (options: BoardOptions) => {
        await withBoard(options, async ({ board }) => {
            const { readSlots, startUptime } =
                await import("../client/index.ts")
            const { computedMap } = await import("../flash/index.ts")
            const info = await board.info()
            const sizes = await readSlots(board)
            const { flash = { writes: 0, bytes: 0 }, uptime } = info
            // what is counted begins with the program
            const start = await startUptime(board, info)
            const counted = start === undefined ? 0 : uptime - start
            const map = computedMap(sizes, flash, counted)
            if (options.json) printJson(map)
            else showMap(boardName(info), map)
        })
    })
}

function showMap(name: string, map: FlashMap): void {
    const { areaBytes, freeBytes, tableBytes, pieces, counts, years } = map
    const paint = paintFor(process.stdout)
    const values = areaBytes - tableBytes - freeBytes
    console.log(
        `${paint("bold", name)}: ${count(pieces.length, "slot")}, ${count(values, "byte")} of values and ${tableBytes} of entries in an area of ${areaBytes} bytes`
    )
    const { countedMs } = map
    const since = countedMs ? `, ${duration(countedMs)}` : ""
    console.log(
        `since boot${since}: ${writesText(counts)}, which erase ${counts.erases.toFixed(1)} pages`
    )
    const life = countedMs
        ? lifeText(years)
        : "not known, as the log no longer tells when the program started"
    console.log(`life at this rate: ${life}`)
    const rows = pieces.map(({ key, kind, size }) => [
        printable(key),
        kind,
        size,
    ])
    const [head, ...lines] = table(["SLOT", "KIND", "BYTES"], rows)
    console.log(paint("bold", head!))
    for (const line of lines) console.log(line)
}
