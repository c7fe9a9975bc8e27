// Runs the firmware again and again, each time with another seed, under a load and with a collector
// that fails at random, with syslog's queue and window at their largest: npm run outages
import { parseArgs } from "node:util"
import { deliveryFaults } from "./lib/delivery-faults.ts"
import { LARGEST_SYSLOG, runLoad } from "./lib/load-run.ts"
import { table, tableText } from "./lib/table.ts"

const PROGRAM = "bench/programs/soak.ts"
/** Lines a second: what every handler can carry. */
const RATE = 80

const { values } = parseArgs({
    options: {
        runs: { type: "string", default: "50" },
        seconds: { type: "string", default: "12" },
        seed: { type: "string", default: "1" },
    },
})
const runs = Number(values.runs)
const seconds = Number(values.seconds)
const first = Number(values.seed)
if (!(runs > 0 && seconds > 0 && Number.isInteger(first)))
    throw new RangeError("wanted: --runs N, --seconds N, --seed WHOLE NUMBER")

const sum = { panics: 0, produced: 0, outages: 0, wrong: 0 }
let least = Infinity
for (let seed = first; seed < first + runs; ++seed) {
    const result = await runLoad({
        program: PROGRAM,
        seconds,
        rate: RATE,
        seed,
        settings: LARGEST_SYSLOG,
        withFaults: true,
    })
    const wrong = deliveryFaults(result)
    const outages = Object.values(result.faults).reduce((a, b) => a + b, 0)
    sum.panics += result.panics.length
    sum.produced += result.produced
    sum.outages += outages
    sum.wrong += wrong.length
    least = Math.min(least, result.heapLeft)
    console.log(
        `seed ${seed}: ${outages} outages, ${result.heapLeft} bytes left, ${wrong.join("; ") || "nothing wrong"}`
    )
}
console.log(
    tableText(
        table(
            `${runs} runs of ${seconds} s, ${JSON.stringify(LARGEST_SYSLOG)}`,
            ["what", "figure"],
            [
                ["panics", sum.panics],
                ["outages", sum.outages],
                ["lines produced", sum.produced],
                ["least heap left at the end, bytes", least],
                ["what was wrong", sum.wrong],
            ]
        )
    )
)
process.exitCode = sum.wrong > 0 ? 1 : 0
