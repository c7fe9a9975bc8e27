import { mkdirSync, writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { parse } from "dotenv"
import { deliveryFaults } from "./lib/delivery-faults.ts"
import { type LoadResult, runLoad } from "./lib/load-run.ts"
import { table, tableText } from "./lib/table.ts"

/** Lines a second that every handler can carry: the log's own burst limit is 100. */
const SUSTAINED = 80
const STORM_FACTOR = 100
const STORM_SECONDS = 10
/** Length of the run whose heap the long one is compared with. */
const SHORT_SECONDS = 5
const MAX_JITTER_MS = 50
const MAX_ANSWER_MS = 1000

const { values } = parseArgs({
    options: {
        minutes: { type: "string", default: "1" },
        seed: { type: "string" },
        storm: { type: "boolean", default: false },
        set: { type: "string", multiple: true, default: [] },
    },
})
const program = `bench/programs/${values.storm ? "storm" : "soak"}.ts`

/** What is wrong with a run, one line each. */
function faultsOf(result: LoadResult): string[] {
    const wrong = deliveryFaults(result)
    const { worked } = causes(result)
    if (worked >= MAX_JITTER_MS) wrong.push(`jitter of ${worked} ms`)
    if (values.storm && result.more >= MAX_ANSWER_MS)
        wrong.push(`status after ${result.more} ms`)
    return wrong
}

/** Causes of the greatest latenesses, in ms: the VM worked, or slept for too long. */
function causes({ lates }: LoadResult): { worked: number; slept: number } {
    const most = (pick: (late: LoadResult["lates"][0]) => number) =>
        Math.max(0, ...lates.map(pick))
    return {
        worked: most(({ late, ran }) => Math.min(late, ran)),
        slept: most(({ late, ran, waited }) => late - ran - waited),
    }
}

function print(title: string, heapAtStart: number, result: LoadResult): void {
    const { balance, accounts, faults } = result
    const { worked, slept } = causes(result)
    const rows: [string, string | number][] = [
        ["panics", result.panics.length],
        ["lines produced by the load", result.produced],
        ["records delivered to the collector", balance.delivered],
        ["records that came more than once", balance.repeated],
        ["records declared as dropped", balance.declared],
        ["records over the limit, as reported", balance.refused],
        ["records unexplained", balance.unexplained],
        [`heap left after ${SHORT_SECONDS} s, bytes`, heapAtStart],
        ["heap left at the end, bytes", result.heapLeft],
        ["greatest jitter of a 100 ms task, ms", result.jitter],
        ["times that it was 50 ms or more", result.jitters],
        ["of these, most that the VM worked meanwhile, ms", worked],
        ["most that it neither worked nor lacked a CPU, ms", slept],
        [
            values.storm
                ? "longest wait for a status, ms"
                : "failures of tasks on purpose",
            result.more,
        ],
    ]
    for (const [name, times] of Object.entries(faults))
        rows.push([`times the collector was ${name}`, times])
    console.log(tableText(table(title, ["what", "figure"], rows)))
    if (values.storm)
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
    const settings = parse(values.set.join("\n"))
    const seed = Number(values.seed ?? Math.floor(Math.random() * 65536))
    const seconds = values.storm ? STORM_SECONDS : Number(values.minutes) * 60
    const rate = SUSTAINED * (values.storm ? STORM_FACTOR : 1)
    if (!Number.isInteger(seed) || !(seconds > 0)) {
        console.error(
            "wanted: --minutes NUMBER, --seed WHOLE NUMBER, --storm, --set KEY=VALUE"
        )
        return 2
    }
    console.log(`seed ${seed}, ${seconds} s, ${rate} lines/s`, ...values.set)
    const calm = { program, seed, settings, withFaults: false }
    const short = await runLoad({
        ...calm,
        seconds: SHORT_SECONDS,
        rate: SUSTAINED,
    })
    const withFaults = !values.storm
    const result = await runLoad({ ...calm, seconds, rate, withFaults })
    const kind = values.storm ? "storm" : "soak"
    print(`${kind} of ${seconds} s`, short.heapLeft, result)
    const wrong = [...faultsOf(short), ...faultsOf(result)]
    for (const line of wrong) console.error(`wrong: ${line}`)
    const at = new Date().toISOString()
    const heapAtStart = short.heapLeft
    const order = { at, seed, seconds, rate, settings, heapAtStart }
    mkdirSync("bench/results", { recursive: true })
    writeFileSync(
        `bench/results/${kind}.json`,
        JSON.stringify({ ...order, ...result, wrong }, undefined, 4) + "\n"
    )
    return wrong.length ? 1 : 0
}

process.exitCode = await main()
