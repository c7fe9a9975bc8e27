import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { Sink } from "./sink.ts"
import { type Sample, sample } from "./stats.ts"

const SCRIPT = new URL("../peers/asyncmd.py", import.meta.url)
/** Lines that the script logs: its runs times the lines of each. */
const LINES = 8 * 20_000
const TIMEOUT_MS = 120_000

/** Where the lines go. */
export type AsyncmdWay = "ring" | "file" | "syslog"

/** Lines a second. */
export interface PeerSpeed {
    byClock: Sample
    byCpu: Sample
}

/**
 * Measures the lines a second of asyncmd on MicroPython.
 * @returns a text that gives the reason when there is no figure
 */
export async function timeAsyncmd(
    way: AsyncmdWay
): Promise<PeerSpeed | string> {
    const { MICROPYTHON, ASYNCMD } = process.env
    if (!MICROPYTHON || !ASYNCMD)
        return "absent: set MICROPYTHON (program) and ASYNCMD (folder)"
    const cwd = mkdtempSync(join(tmpdir(), "fiberd-bench-"))
    const sink = new Sink()
    try {
        const port = await sink.start()
        const { stdout } = await promisify(execFile)(
            MICROPYTHON,
            [fileURLToPath(SCRIPT), ASYNCMD, way, String(port)],
            { cwd, timeout: TIMEOUT_MS }
        )
        if (way === "syslog") await sink.waitFor(LINES, 1000)
        const runs = stdout
            .trim()
            .split("\n")
            .map(line => line.split(" ").map(Number))
        return {
            byClock: sample(runs.map(([clock]) => clock)),
            byCpu: sample(runs.map(([, cpu]) => cpu)),
        }
    } catch (error) {
        return `failed: ${(error as Error).message.trim().split("\n").at(-1)}`
    } finally {
        await sink.stop()
        rmSync(cwd, { recursive: true, force: true })
    }
}
