import { mkdirSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { withBoard } from "./lib/board.ts"
import { type FaultCounts, playFaults, randomFrom } from "./lib/faults.ts"
import { type Balance, Ledger } from "./lib/ledger.ts"
import { table, tableText } from "./lib/table.ts"

const PROGRAM = "bench/programs/soak.ts"
/** The VM's panic when its heap is full: how a run of the program ends. */
const OUT_OF_MEMORY = 60004
const BLOCK_BYTES = 60
const BLOCK_LINE = /^\s*> #$/
/** Besides the load itself: start, coming to rest, and what waits. */
const EXTRA_MS = 120_000
/** Lines a second that every handler can carry: the log's own burst limit is 100. */
const SUSTAINED = 80
/** Length of the run whose heap the long one is compared with. */
const SHORT_SECONDS = "5"
const LAST_LINES = 40
const STORM_FACTOR = 100
const STORM_SECONDS = 10
const MAX_JITTER_MS = 50
const MAX_ANSWER_MS = 1000

interface Account {
    received: number
    delivered: number
    queued: number
    dropped: number
}

/** What a run says at its end. */
interface Run {
    heapLeft: number
    panics: number[]
    produced: number
    /** Greatest lateness of a task with a period of 100 ms, and how often it was 50 ms or more. */
    jitter: number
    jitters: number
    /** Longest time that a task's status was late, in ms. */
    answer: number
    accounts: Record<string, Account>
    balance: Balance
    faults: FaultCounts
    /** The end of the VM's own log. */
    lastLines: string[]
}

const { values } = parseArgs({
    options: {
        minutes: { type: "string", default: "1" },
        seed: { type: "string" },
        storm: { type: "boolean", default: false },
    },
})

async function run(
    settings: { SECONDS: string; RATE: string },
    seed: number,
    withFaults: boolean
): Promise<Run> {
    const seconds = Number(settings.SECONDS)
    const ledger = new Ledger()
    const result: Run = {
        heapLeft: 0,
        panics: [],
        produced: 0,
        jitter: 0,
        jitters: 0,
        answer: 0,
        accounts: {},
        balance: ledger.balance(),
        faults: {},
        lastLines: [],
    }
    const options = {
        main: PROGRAM,
        history: 1000,
        settings: { DEMO: "0", SEED: String(seed), ...settings },
        onVmLine: (line: string) => {
            if (BLOCK_LINE.test(line)) result.heapLeft += BLOCK_BYTES
            else if (result.lastLines.push(line) > LAST_LINES)
                result.lastLines.shift()
        },
    }
    ledger.boot()
    await withBoard(options, async sim => {
        const calm = new AbortController()
        const timer = setTimeout(() => calm.abort(), seconds * 1000)
        sim.onEvent(event => {
            if (event.event === "syslog") ledger.take(event.line)
            if (event.event === "console") takeReport(result, event.text)
            if (event.event === "panic") result.panics.push(event.code)
        })
        const faults = withFaults
            ? playFaults(sim, randomFrom(seed), calm.signal)
            : undefined
        await sim.waitFor("panic", undefined, seconds * 1000 + EXTRA_MS)
        clearTimeout(timer)
        calm.abort()
        result.faults = (await faults) ?? {}
    })
    // the program's own end is no failure
    const isDone = Object.keys(result.accounts).length > 0
    if (isDone && result.panics.at(-1) === OUT_OF_MEMORY) result.panics.pop()
    result.balance = ledger.balance()
    return result
}

function takeReport(result: Run, text: string): void {
    const [word, ...rest] = text.split(" ")
    if (word === "account")
        result.accounts[rest[0]] = JSON.parse(rest[1]) as Account
    if (word !== "figures") return
    const [produced, jitter, jitters, answer] = rest.map(Number)
    Object.assign(result, { produced, jitter, jitters, answer })
}

/** What is wrong with a run, one line each. */
function faultsOf(result: Run): string[] {
    const { panics, balance, jitter, answer, accounts } = result
    const wrong: string[] = []
    if (panics.length)
        wrong.push(`panics: ${panics.join(", ")} after:`, ...result.lastLines)
    if (!Object.keys(accounts).length) wrong.push("no account came")
    for (const [name, account] of Object.entries(accounts)) {
        const { received, delivered, queued, dropped } = account
        if (received !== delivered + queued + dropped)
            wrong.push(`account of ${name}: ${JSON.stringify(account)}`)
    }
    if (balance.unexplained)
        wrong.push(`${balance.unexplained} records are unexplained`)
    if (jitter >= MAX_JITTER_MS) wrong.push(`jitter of ${jitter} ms`)
    if (answer >= MAX_ANSWER_MS) wrong.push(`status after ${answer} ms`)
    return wrong
}

function print(title: string, heapAtStart: number, result: Run): void {
    const { balance, accounts, faults } = result
    const rows: [string, string | number][] = [
        ["panics", result.panics.length],
        ["lines produced by the load", result.produced],
        ["records delivered to the collector", balance.delivered],
        ["records that came more than once", balance.repeated],
        ["records declared as dropped", balance.declared],
        ["records unexplained", balance.unexplained],
        [`heap left after ${SHORT_SECONDS} s, bytes`, heapAtStart],
        ["heap left at the end, bytes", result.heapLeft],
        ["greatest jitter of a 100 ms task, ms", result.jitter],
        ["times that it was 50 ms or more", result.jitters],
        ["longest wait for a status, ms", result.answer],
    ]
    for (const [name, times] of Object.entries(faults))
        rows.push([`times the collector was ${name}`, times])
    console.log(tableText(table(title, ["what", "figure"], rows)))
    console.log(
        tableText(
            table(
                "Account of the handlers",
                ["handler", "received", "delivered", "queued", "dropped"],
                Object.entries(accounts).map(([name, account]) => [
                    name,
                    account.received,
                    account.delivered,
                    account.queued,
                    account.dropped,
                ])
            )
        )
    )
}

async function main(): Promise<number> {
    const seed = Number(values.seed ?? Math.floor(Math.random() * 65536))
    const seconds = values.storm ? STORM_SECONDS : Number(values.minutes) * 60
    const rate = SUSTAINED * (values.storm ? STORM_FACTOR : 1)
    if (!Number.isInteger(seed) || !(seconds > 0)) {
        console.error("wanted: --minutes NUMBER, --seed WHOLE NUMBER, --storm")
        return 2
    }
    console.log(`seed ${seed}, ${seconds} s, ${rate} lines/s`)
    const first = { SECONDS: SHORT_SECONDS, RATE: String(SUSTAINED) }
    const short = await run(first, seed, false)
    const settings = { SECONDS: String(seconds), RATE: String(rate) }
    const result = await run(settings, seed, !values.storm)
    const kind = values.storm ? "storm" : "soak"
    print(`${kind} of ${seconds} s`, short.heapLeft, result)
    const wrong = faultsOf(result)
    for (const line of wrong) console.error(`wrong: ${line}`)
    mkdirSync("bench/results", { recursive: true })
    writeFileSync(
        `bench/results/${kind}.json`,
        JSON.stringify(
            {
                at: new Date().toISOString(),
                seed,
                seconds,
                rate,
                heapAtStart: short.heapLeft,
                ...result,
                wrong,
            },
            undefined,
            4
        ) + "\n"
    )
    return wrong.length ? 1 : 0
}

process.exitCode = await main()
