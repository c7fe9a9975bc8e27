import type { Simulator } from "../../host/sim/index.ts"
import { withBoard } from "../lib/board.ts"
import { Lab } from "../lib/lab.ts"
import { Sink } from "../lib/sink.ts"
import { type Sample, sample, spreadText } from "../lib/stats.ts"
import { type Table, table } from "../lib/table.ts"

const LOG = "bench/programs/steps-log.ts"
const SENDER = "bench/programs/throughput.ts"
/** Lines of a round of `programs/throughput.ts`, by the log and without it. */
const LINES = 12000
const READY_LINES = 60000
const TIMEOUT_MS = 180_000
/** Runs within one slice, after two that warm the VM up. */
const RUNS = 9
const WARM_UP = 2

/** What is timed within one slice: name in the program, calls, wanted calls a second. */
const CALLS: Record<string, [string, number, number?]> = {
    "empty loop": ["nothing", 10000],
    "ds.format": ["native-format", 6000],
    "console.log of DeviceScript": ["console", 6000],
    "log call, disabled": ["disabled", 5000, 700_000],
    "log call, ring": ["ring", 300, 76_000],
}
/**
 * What is timed from the first call to the last line at the collector: name in the program,
 * lines, wanted lines a second.
 */
const WAYS: Record<string, [string, number, number?]> = {
    "_socketWrite of ready lines": ["raw", READY_LINES],
    "_socketWrite of ready batches": ["batch", READY_LINES],
    "log call to collector": ["syslog", LINES, 64_000],
    "ring+file+heartbeat+syslog to collector": ["all", LINES, 30_000],
}

interface Speed extends Sample {
    /** What issue 4 or 5 asks for; undefined where nothing is asked. */
    wanted: number | undefined
}

/** Calls a second, all of one run on one machine. */
export async function runThroughput(): Promise<{
    results: Record<string, Speed>
    tables: Table[]
}> {
    const inSlice = await timeCalls()
    const toSink = await timeWays()
    const results = { ...inSlice, ...toSink }
    return {
        results,
        tables: [
            speedTable(
                "Throughput within a slice, console silenced (calls/s)",
                inSlice,
                "empty loop"
            ),
            speedTable(
                "Throughput to a TCP sink that counts every line (lines/s)",
                toSink,
                "_socketWrite of ready lines"
            ),
        ],
    }
}

function speedTable(
    title: string,
    speeds: Record<string, Speed>,
    limit: string
): Table {
    return table(
        title,
        ["what", "median", "spread", "wanted", `part of ${limit}`],
        Object.entries(speeds).map(([what, speed]) => [
            what,
            Math.round(speed.median),
            spreadText(speed),
            speed.wanted ?? "-",
            `${Math.round((speed.median / speeds[limit].median) * 100)}%`,
        ])
    )
}

/** What takes place within one slice: our calls, and what the VM itself offers. */
export async function timeCalls(): Promise<Record<string, Speed>> {
    const rates = lists(CALLS)
    const lab = new Lab()
    try {
        for (let run = 0; run < RUNS + WARM_UP; ++run)
            for (const [what, [name, count]] of Object.entries(CALLS)) {
                const { times, panic } = await lab.run(
                    LOG,
                    `${name} ${count} time`
                )
                if (panic) throw new Error(`"${what}": panic ${panic}`)
                if (run < WARM_UP) continue
                rates[what].push((count / (times[1] - times[0])) * 1000)
            }
    } finally {
        await lab.stop()
    }
    return speeds(rates, what => CALLS[what][2])
}

async function timeWays(): Promise<Record<string, Speed>> {
    const rates = lists(WAYS)
    const sink = new Sink()
    const port = await sink.start()
    const settings = {
        SYSLOG_HOST: "127.0.0.1",
        SYSLOG_PORT: String(port),
    }
    try {
        await withBoard({ main: SENDER, settings }, sim => {
            return new Promise<void>((resolve, reject) => {
                sim.onEvent(event => {
                    if (event.event === "panic")
                        reject(panicError(sim, event.code))
                    if (event.event !== "console") return
                    if (event.text === "done") resolve()
                    const [word, rest] = event.text.split(" ")
                    if (word === "end" && rest !== "0")
                        reject(new Error(`${rest} lines were dropped`))
                    if (word === "begin")
                        timeWay(sink, rest, rates).catch(reject)
                })
                setTimeout(reject, TIMEOUT_MS, "no end").unref()
            })
        })
    } finally {
        await sink.stop()
    }
    return speeds(rates, what => WAYS[what][2])
}

async function timeWay(
    sink: Sink,
    way: string,
    rates: Record<string, number[]>
): Promise<void> {
    const began = performance.now()
    const what = Object.keys(WAYS).find(name => WAYS[name][0] === way)!
    const lines = WAYS[what][1]
    const ended = await sink.waitFor(sink.lines + lines, TIMEOUT_MS)
    rates[what].push((lines / (ended - began)) * 1000)
}

function panicError(sim: Simulator, code: number): Error {
    const last = sim.consoleLines.slice(-5).join("\n")
    return new Error(`panic ${code} after:\n${last}`)
}

function lists(names: object): Record<string, number[]> {
    return Object.fromEntries(Object.keys(names).map(name => [name, []]))
}

function speeds(
    rates: Record<string, number[]>,
    wanted: (what: string) => number | undefined
): Record<string, Speed> {
    return Object.fromEntries(
        Object.entries(rates).map(([what, values]) => [
            what,
            { ...sample(values), wanted: wanted(what) },
        ])
    )
}
