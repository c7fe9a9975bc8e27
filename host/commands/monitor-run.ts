import type { PortOptions } from "./port.ts"
import { once } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import type { SerialPort } from "serialport"
import { levelColour, paintFor } from "../colour.ts"
import { UsageError } from "../errors.ts"
import { complain, printLive } from "../output.ts"
import { printable } from "../printable.ts"
import { readConsoleRecord } from "../record.ts"
import { findPort, openPort, SerialLines } from "../serial/index.ts"
import { lastBuild, readConsoleLine } from "../sim/index.ts"
import { decodeLine } from "./decode-run.ts"
import { FrameResolver } from "./frames.ts"
import { type End, Ending } from "./sim-ending.ts"

/** Options of `fiberctl monitor` as commander gives them. */
export interface MonitorOptions extends PortOptions {
    main: string
    timestamps?: boolean
    json?: boolean
}

/** Time between two attempts to open a port that went away, in ms. */
const RETRY_MS = 500
const COLOURS = /\x1b\[[0-9;]*m/g

/**
 * Runs `fiberctl monitor` until a signal comes. A port that goes away, as at a reset of a board
 * with USB of its own, is opened again when it is back.
 * @param debugFile of the build on the board, unless its lines name another
 * @returns the exit code
 * @throws UsageError when there is no port, or it cannot be opened the first time
 */
export async function runMonitor(
    options: MonitorOptions,
    debugFile = lastBuild(options.main)?.debugFile
): Promise<number> {
    const path = await findPort(options.port)
    const frames = new FrameResolver(options.main, debugFile, complain)
    const ending = new Ending()
    let end: End | undefined
    void ending.promise.then(value => (end = value))
    let port = await openPort(path, options.baud)
    while (!end) {
        complain(`${path} is open; Ctrl-C ends`)
        const lines = new SerialLines()
        const shown = (line: string) => show(line, frames, options)
        await Promise.race([follow(port, lines, shown), ending.promise])
        // the last words of a board that is gone, or a question without an end of its line
        const rest = lines.rest()
        if (rest) shown(rest)
        if (end) break
        complain(`${path} is gone, waiting for it`)
        const again = await reopen(path, options.baud, () => end !== undefined)
        if (again) port = again
    }
    if (port.isOpen) port.close()
    return (await ending.promise).exitCode
}

async function reopen(
    path: string,
    baud: number,
    isOver: () => boolean
): Promise<SerialPort | undefined> {
    while (!isOver()) {
        await sleep(RETRY_MS)
        try {
            return await openPort(path, baud)
        } catch (error) {
            if (!(error instanceof UsageError)) throw error
        }
    }
    return undefined
}

/** Shows what comes over a port until it is gone. */
async function follow(
    port: SerialPort,
    lines: SerialLines,
    shown: (line: string) => void
): Promise<void> {
    port.on("data", (data: Buffer) => {
        for (const line of lines.push(data)) shown(line)
    })
    port.on("error", () => {
        // "close" follows
    })
    await once(port, "close")
}

function show(
    raw: string,
    frames: FrameResolver,
    { timestamps, json }: MonitorOptions
): void {
    const text = readConsoleLine(raw)?.text ?? raw.replace(COLOURS, "")
    const line = printable(decodeLine(text, frames))
    const level = readConsoleRecord(line)?.level
    const at = new Date().toISOString()
    if (json) return printLive(JSON.stringify({ at, level, text: line }))
    const colour = levelColour(level)
    const shown = colour ? paintFor(process.stdout)(colour, line) : line
    printLive(timestamps ? `${at} ${shown}` : shown)
}
