import type { Simulator } from "../../host/sim/index.ts"
import { withBoard } from "./board.ts"
import { type CpuUse, CpuWatch } from "./cpu.ts"
import { type FaultCounts, playFaults, randomFrom } from "./faults.ts"
import { type Balance, Ledger } from "./ledger.ts"
import { BLOCK_BYTES, OUT_OF_MEMORY } from "./probe.ts"

/** Largest values of the syslog settings: with the collector away they take the most heap. */
export const LARGEST_SYSLOG = { SYSLOG_QUEUE: "8KB", SYSLOG_WINDOW: "4KB" }
const BLOCK_LINE = /^\s*> #$/
/** Time allowed besides the load itself, in ms: for the start, and to send what is queued. */
const EXTRA_MS = 60_000
const LAST_LINES = 40
const MOST_LATES = 100

/** How many records a handler has received, delivered, queued and dropped. */
export interface Account {
    received: number
    delivered: number
    queued: number
    dropped: number
}

/** A run to do. */
export interface LoadOrder {
    program: string
    seconds: number
    /** Lines a second. */
    rate: number
    seed: number
    /** Settings of the firmware, by key. */
    settings: Record<string, string>
    /** Whether the collector and the link fail at random. */
    withFaults: boolean
}

/** The result of a run. */
export interface LoadResult {
    /** The error that ended it, with the end of the VM's own log. */
    error: string | undefined
    /** Panic codes, without the one that ends every run. */
    panics: number[]
    /** Heap that could still be allocated at the end, in bytes. */
    heapLeft: number
    produced: number
    /** Greatest lateness of a task with a period of 100 ms, and how often it was 50 ms or more. */
    jitter: number
    jitters: number
    /** The greatest of these, with what the VM's process did from its due time on. */
    lates: ({ late: number } & CpuUse)[]
    /** What the program counts besides: failures, or the longest wait for a status. */
    more: number
    /** By handler; for a storm only, since the soak has no room for the code. */
    accounts: Record<string, Account>
    balance: Balance
    /** How often the collector or the link failed, by kind. */
    faults: FaultCounts
}

/** Runs the firmware under load and records the result. */
export async function runLoad(order: LoadOrder): Promise<LoadResult> {
    const { program, seconds, rate, seed, settings } = order
    const ledger = new Ledger()
    const lastLines: string[] = []
    const result = emptyResult(ledger)
    const options = {
        main: program,
        history: 1000,
        settings: {
            ...settings,
            DEMO: "0",
            LOAD: JSON.stringify([seconds, rate, seed]),
        },
        onVmLine: (line: string) => {
            if (BLOCK_LINE.test(line)) result.heapLeft += BLOCK_BYTES
            else if (lastLines.push(line) > LAST_LINES) lastLines.shift()
        },
    }
    ledger.boot()
    try {
        await withBoard(options, sim => attend(sim, order, ledger, result))
    } catch (error) {
        result.error = (error as Error).message
    }
    // the program's own end is no failure
    if (result.produced && result.panics.at(-1) === OUT_OF_MEMORY)
        result.panics.pop()
    if (result.panics.length) result.error = lastLines.join("\n")
    result.balance = ledger.balance()
    return result
}

function emptyResult(ledger: Ledger): LoadResult {
    return {
        error: undefined,
        panics: [],
        heapLeft: 0,
        produced: 0,
        jitter: 0,
        jitters: 0,
        lates: [],
        more: 0,
        accounts: {},
        balance: ledger.balance(),
        faults: {},
    }
}

/** Plays faults if asked to, and takes reports, until the program ends or panics. */
async function attend(
    sim: Simulator,
    { seconds, seed, withFaults }: LoadOrder,
    ledger: Ledger,
    result: LoadResult
): Promise<void> {
    const calm = new AbortController()
    const timer = setTimeout(() => calm.abort(), seconds * 1000)
    const cpu = new CpuWatch(sim.vmPid!)
    sim.onEvent(event => {
        if (event.event === "syslog") ledger.take(event.line)
        if (event.event === "console") takeReport(result, event.text, cpu)
        if (event.event === "panic") result.panics.push(event.code)
    })
    const faults = withFaults
        ? playFaults(sim, randomFrom(seed), calm.signal)
        : undefined
    try {
        await sim.waitFor("panic", undefined, seconds * 1000 + EXTRA_MS)
    } finally {
        clearTimeout(timer)
        cpu.stop()
        calm.abort()
        result.faults = (await faults) ?? {}
    }
}

function takeReport(result: LoadResult, text: string, cpu: CpuWatch): void {
    const [word, ...rest] = text.split(" ")
    if (word === "late") {
        const late = Number(rest[0])
        const lates = [...result.lates, { late, ...cpu.within(late) }]
        lates.sort((a, b) => b.late - a.late)
        result.lates = lates.slice(0, MOST_LATES)
    }
    if (word === "account")
        result.accounts[rest[0]] = JSON.parse(rest[1]) as Account
    if (word !== "figures") return
    const [produced, jitter, jitters, more] = rest.map(Number)
    Object.assign(result, { produced, jitter, jitters, more })
}
