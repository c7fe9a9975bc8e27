// Latency of the remote service on a simulated board, beside a bare bus round trip:
// `npm run bench:remote`. Figures are worth something on a quiet machine only.
import { execFile } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"
import { connect } from "../host/client/index.ts"
import { Simulator } from "../host/sim/index.ts"

const ROUNDS = 40
/** Runs of the command line: each starts Node. */
const RUNS = 10
/**
 * The VM sends five packets at once, and then one each 20 ms. A command meets a board that has
 * rested; without this pause each round would wait for the packets of the one before, in ms.
 */
const REST_MS = 200
/** Lines that `status` reads of the log. */
const LAST_LINES = 20

const run = promisify(execFile)

function median(values: number[]): number {
    return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

async function timed(work: () => Promise<unknown>): Promise<number> {
    const began = performance.now()
    await work()
    return performance.now() - began
}

async function medianOf(
    work: () => Promise<unknown>,
    { rounds = ROUNDS, restMs = REST_MS } = {}
): Promise<number> {
    const times = []
    for (let i = 0; i < rounds; i++) {
        await sleep(restMs)
        times.push(await timed(work))
    }
    return median(times)
}

const state = mkdtempSync(join(tmpdir(), "fiberd-latency-"))
const sim = new Simulator({
    main: "bench/programs/remote.ts",
    state,
    fastBoot: true,
})
try {
    await sim.start()
    await sim.waitFor("boot")
    const board = await connect({ state })
    await board.info()
    const bare = await medianOf(() => board.levels())
    const busy = await medianOf(() => board.levels(), { restMs: 0 })
    const status = await medianOf(() =>
        Promise.all([board.info(), board.tasks()])
    )
    const withLines = await medianOf(() =>
        Promise.all([board.info(), board.tasks(), board.lines(-LAST_LINES)])
    )
    const fiberctl = (...args: string[]) =>
        medianOf(() => run(process.execPath, ["host/fiberctl.js", ...args]), {
            rounds: RUNS,
        })
    const start = await fiberctl("--version")
    const command = await fiberctl("status", "--state", state)
    // the program logs a line with its uptime; the board's clock began at startedAt
    const delays: number[] = []
    const { uptime } = await board.lines(-1)
    const startedAt = Date.now() - uptime
    const { next } = await board.lines(-1)
    for await (const { text } of board.follow({ from: next })) {
        delays.push(Date.now() - startedAt - parseFloat(text) * 1000)
        if (delays.length === ROUNDS) break
    }
    console.log(
        `bare round trip (levels): ${bare.toFixed(1)} ms, one after the other ${busy.toFixed(1)} ms`
    )
    console.log(`status --json of 20 tasks: ${status.toFixed(1)} ms`)
    console.log(`status with last lines: ${withLines.toFixed(1)} ms`)
    console.log(
        `the command fiberctl status: ${command.toFixed(0)} ms, of which Node's start ${start.toFixed(0)} ms`
    )
    console.log(
        `a line in logs -f: ${median(delays).toFixed(1)} ms after it was logged`
    )
    await board.disconnect()
} finally {
    await sim.stop()
    rmSync(state, { recursive: true, force: true })
}
