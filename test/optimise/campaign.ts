/**
 * Many programs, each on the compiler's image and on the optimised one, by some processes side
 * by side. A program that differs is made smaller and kept as a regression.
 *
 *     npm run test:optimise -- --count 2000 --seed 1 [--jobs 2] [--types] [--no-shrink]
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import type { Changes } from "./run-pair.ts"

/** What a process is to do: every `stride`th seed from `first` up to, but without, `end`. */
export interface Work {
    first: number
    end: number
    stride: number
    shrink: boolean
    /** Give the optimiser the types of each program, which takes a while. */
    types: boolean
}

/** The result for one program. */
export interface Outcome {
    seed: number
    /** What differs, or why the program does not compile. */
    failure?: string
    /** Where the smaller program is kept. */
    kept?: string
    /** Panic code of the VM's limit that it ran into: then it proves nothing. */
    limit?: number
    lines: number
    bytes: [before: number, after: number]
    steps: [before: number, after: number]
    changes: Changes
}

/** The sums over a campaign. */
export interface Figures {
    programs: number
    failures: Outcome[]
    limits: number
    /** Programs that take more steps when optimised. */
    slower: Outcome[]
    lines: number
    bytes: [before: number, after: number]
    steps: [before: number, after: number]
    changes: Changes
}

/** Runs `count` programs from `seed` on, in `jobs` processes. */
export async function runCampaign(
    seed: number,
    count: number,
    jobs: number,
    { shrink, types }: Pick<Work, "shrink" | "types">,
    told: (outcome: Outcome) => void = () => {}
): Promise<Figures> {
    const figures: Figures = {
        programs: 0,
        failures: [],
        limits: 0,
        slower: [],
        lines: 0,
        bytes: [0, 0],
        steps: [0, 0],
        changes: {},
    }
    const end = seed + count
    await Promise.all(
        Array.from({ length: jobs }, (_, job) =>
            runWorker(
                { first: seed + job, end, stride: jobs, shrink, types },
                o => {
                    add(figures, o)
                    told(o)
                }
            )
        )
    )
    if (figures.programs !== count)
        throw new Error(`${figures.programs} of ${count} programs ran`)
    return figures
}

async function runWorker(work: Work, told: (outcome: Outcome) => void) {
    const file = fileURLToPath(new URL("./worker.ts", import.meta.url))
    const register = new URL("../../host/register.js", import.meta.url).href
    const worker = fork(file, [JSON.stringify(work)], {
        execArgv: ["--import", register],
    })
    worker.on("message", message => told(message as Outcome))
    const [code] = (await once(worker, "exit")) as [number | null]
    if (code !== 0) throw new Error(`a worker ended with ${code}`)
}

function add(figures: Figures, outcome: Outcome): void {
    figures.programs++
    if (outcome.failure !== undefined) figures.failures.push(outcome)
    if (outcome.limit !== undefined) figures.limits++
    if (outcome.steps[1] > outcome.steps[0]) figures.slower.push(outcome)
    figures.lines += outcome.lines
    for (const side of [0, 1]) {
        figures.bytes[side]! += outcome.bytes[side]!
        figures.steps[side]! += outcome.steps[side]!
    }
    for (const [pass, count] of Object.entries(outcome.changes))
        figures.changes[pass] = (figures.changes[pass] ?? 0) + count
}

/** The figures for people. */
export function summary(figures: Figures): string {
    const { programs, failures, limits, slower, lines, bytes, steps } = figures
    const less = ([before, after]: [number, number]) =>
        `${before} -> ${after} (${((after / before - 1) * 100).toFixed(1)}%)`
    const passes = Object.entries(figures.changes)
        .sort(([, a], [, b]) => b - a)
        .map(
            ([pass, count]) => `${pass} ${Math.round((count * 100) / programs)}`
        )
    return [
        `${programs} programs, ${failures.length} failures, ${limits} at a limit of the VM`,
        `lines of trace ${lines}; code ${less(bytes)}; steps ${less(steps)}`,
        `slower: ${slower.length}`,
        `changes for 100 programs: ${passes.join(", ") || "none"}`,
    ].join("\n")
}

async function main(): Promise<void> {
    const { values } = parseArgs({
        options: {
            count: { type: "string", default: "2000" },
            seed: { type: "string", default: String(Date.now() % 1_000_000) },
            jobs: { type: "string", default: "2" },
            types: { type: "boolean", default: false },
            "no-shrink": { type: "boolean", default: false },
        },
    })
    const [seed, count, jobs] = [values.seed, values.count, values.jobs].map(
        Number
    ) as [number, number, number]
    console.log(`${count} programs from seed ${seed} on`)
    const figures = await runCampaign(
        seed,
        count,
        jobs,
        { shrink: !values["no-shrink"], types: values.types },
        ({ seed, failure, kept, steps }) => {
            if (failure) console.log(`seed ${seed}: ${failure}\n${kept ?? ""}`)
            if (steps[1] > steps[0])
                console.log(`seed ${seed}: ${steps.join(" -> ")} steps`)
        }
    )
    console.log(summary(figures))
    process.exitCode = figures.failures.length > 0 ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
