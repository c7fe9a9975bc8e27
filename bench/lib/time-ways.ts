import type { Simulator } from "../../host/sim/index.ts"
import { withBoard } from "./board.ts"
import { cpuTimeOf } from "./cpu.ts"
import { Sink } from "./sink.ts"
import { speed, type Speeds } from "./speed.ts"

const PROGRAM = "bench/programs/throughput.ts"
/** Lines of a round of the program, by the log and without it. */
const LINES = 30_000
const READY_LINES = 240_000
const TIMEOUT_MS = 300_000

/** The way that the others are compared with. */
export const READY = "_socketWrite of ready lines"
/**
 * What is timed from the first call to the last line at the collector: name in the program,
 * lines, wanted lines a second.
 */
const WAYS: Record<string, [string, number, number?]> = {
    [READY]: ["raw", READY_LINES],
    "_socketWrite of ready batches": ["batch", READY_LINES],
    "log call to collector": ["syslog", LINES, 64_000],
    "ring+file+heartbeat+syslog to collector": ["all", LINES, 30_000],
}

/** The results of all rounds. */
export interface Ways {
    /** Lines a second. */
    byClock: Speeds
    /** Lines for each second of CPU time of the VM's thread. */
    byCpu: Speeds
    /** Writes to flash, all of which the file handler asked for. */
    flashWrites: number
}

/** Lines of one round: a second, and a second of CPU time. */
interface Rate {
    clock: number
    cpu: number
}

type Rates = Record<string, Rate[]>

let timed: Promise<Ways> | undefined

/** Times all ways, once; the program's first round of each only warms up. */
export function timeWays(): Promise<Ways> {
    return (timed ??= timeAll())
}

async function timeAll(): Promise<Ways> {
    const rates: Rates = {}
    for (const what of Object.keys(WAYS)) rates[what] = []
    let flashWrites = 0
    const sink = new Sink()
    const port = await sink.start()
    const settings = {
        SYSLOG_HOST: "127.0.0.1",
        SYSLOG_PORT: String(port),
    }
    try {
        await withBoard({ main: PROGRAM, settings }, async sim => {
            await playRounds(sim, sink, rates)
            flashWrites = sim.flashCounts.writes
        })
    } finally {
        await sink.stop()
    }
    return {
        byClock: speedsOf(rates, rate => rate.clock),
        byCpu: speedsOf(rates, rate => rate.cpu),
        flashWrites,
    }
}

function speedsOf(rates: Rates, pick: (rate: Rate) => number): Speeds {
    const speeds: Speeds = {}
    for (const [what, list] of Object.entries(rates))
        speeds[what] = speed(list.slice(1).map(pick), WAYS[what][2])
    return speeds
}

/** Times each way that the program begins, until it is done. */
function playRounds(sim: Simulator, sink: Sink, rates: Rates): Promise<void> {
    return new Promise((resolve, reject) => {
        sim.onEvent(event => {
            if (event.event === "panic") reject(panicError(sim, event.code))
            if (event.event !== "console") return
            if (event.text === "done") resolve()
            const [word, rest] = event.text.split(" ")
            if (word === "end" && rest !== "0")
                reject(new Error(`${rest} lines were dropped`))
            if (word === "begin")
                timeWay(sim.vmPid!, sink, rest, rates).catch(reject)
        })
        setTimeout(reject, TIMEOUT_MS, new Error("no end")).unref()
    })
}

async function timeWay(
    pid: number,
    sink: Sink,
    way: string,
    rates: Rates
): Promise<void> {
    const began = performance.now()
    const cpuAtBegin = cpuTimeOf(pid)
    const what = Object.keys(WAYS).find(name => WAYS[name][0] === way)!
    const lines = WAYS[what][1]
    const ended = await sink.waitFor(sink.lines + lines, TIMEOUT_MS)
    rates[what].push({
        clock: (lines / (ended - began)) * 1000,
        cpu: (lines / (cpuTimeOf(pid) - cpuAtBegin)) * 1000,
    })
}

function panicError(sim: Simulator, code: number): Error {
    const last = sim.consoleLines.slice(-5).join("\n")
    return new Error(`panic ${code} after:\n${last}`)
}
