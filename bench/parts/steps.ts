import { readFileSync, writeFileSync } from "node:fs"
import { format, resolveConfig } from "prettier"
import { SLICE_STEPS, stepsPerRound, TOO_LONG } from "../lib/count-steps.ts"
import { Lab } from "../lib/lab.ts"
import { BLOCK_BYTES, OUT_OF_MEMORY } from "../lib/probe.ts"
import { type Table, table } from "../lib/table.ts"

/** Growth of a figure from which it is reported, as a fraction of it. */
export const TOLERANCE = 0.1

const LOG = "bench/programs/steps-log.ts"
const TASKS = "bench/programs/steps-tasks.ts"

/**
 * What is called in a loop: program, name in it, and the larger number of calls. With all handlers
 * the lines fit into the queues, since a line that is dropped costs less than one that is taken.
 */
const CALLS: Record<string, [string, string, number]> = {
    "log call, disabled": [LOG, "disabled", 500],
    "log call, a handler that does nothing": [LOG, "idle", 150],
    "log call, ring": [LOG, "ring", 150],
    "log call, syslog": [LOG, "syslog", 60],
    "log call, console+ring+file+heartbeat+syslog": [LOG, "all", 25],
    "filter by topic": [LOG, "filter", 100],
    "format of a line": [LOG, "format", 500],
    "syslog push": [LOG, "push", 60],
    "syslog push, collector away": [LOG, "push-away", 300],
    "syslog encode and queue, another topic each time": [LOG, "encode", 120],
    "settings read": [TASKS, "settings", 200],
}

/**
 * What is done with 50 tasks in one slice: name in the program, number of calls (one more is made
 * before, which is not counted), and what a call is to be multiplied by.
 */
const MANY_TASKS: Record<string, [string, number, number]> = {
    "add and start of 50 tasks": ["add", 49, 50],
    "status() of 24 tasks": ["status", 1, 1],
    "statusText() of 24 tasks": ["statusText", 1, 1],
}

/** Runs of planned tasks after which the heap is compared. */
const FEW_RUNS = 1_000
const MANY_RUNS = 10_000

/** Steps by what is measured. */
export type Steps = Record<string, number>

/** Measures all figures; takes some 5 s, and as long again when programs have to be built. */
export async function measureSteps(): Promise<Steps> {
    const lab = new Lab()
    try {
        const steps: Steps = {}
        const nothing = await stepsPerRound(lab, LOG, "nothing", 1000)
        for (const [what, [main, name, many]] of Object.entries(CALLS))
            steps[what] = round(
                (await stepsPerRound(lab, main, name, many)) - nothing
            )
        steps["task tick"] = round(await taskTick(lab))
        for (const [what, [name, many, times]] of Object.entries(MANY_TASKS))
            steps[what] = round(
                (await stepsPerRound(lab, TASKS, name, many, 0)) * times
            )
        steps["50 idle tasks, a second"] =
            (await wakes(lab)) * steps["task tick"]!
        steps["heap kept by a run, in bytes"] = round(await keptByRun(lab))
        return steps
    } finally {
        await lab.stop()
    }
}

/** The figures that changes are judged by: `bench/steps.json`. */
export function recordedSteps(): Steps {
    return JSON.parse(readFileSync(stepsFile(), "utf8")) as Steps
}

/** Makes `steps` the figures that changes are judged by. */
export async function recordSteps(steps: Steps): Promise<void> {
    const options = await resolveConfig(stepsFile())
    const text = JSON.stringify(steps)
    writeFileSync(
        stepsFile(),
        await format(text, { ...options, parser: "json" })
    )
}

/** What has grown by more than TOLERANCE, or is not recorded; one line each. */
export function grown(measured: Steps, recorded: Steps): string[] {
    return Object.entries(measured).flatMap(([what, steps]) => {
        const before = recorded[what]
        if (before === undefined) return [`${what}: ${steps}, not recorded`]
        return steps > before * (1 + TOLERANCE)
            ? [`${what}: ${steps} steps, ${before} are recorded`]
            : []
    })
}

/** What takes more than `bench/budget.json` grants, or is not measured; one line each. */
export function overBudget(
    measured: Steps,
    most: Record<string, number>
): string[] {
    return Object.entries(most).flatMap(([what, limit]) => {
        const steps = measured[what]
        if (steps === undefined) return [`${what}: not measured`]
        return steps > limit
            ? [`${what}: ${steps} steps, ${limit} are granted`]
            : []
    })
}

/** Measures, and compares with what is recorded. */
export async function runSteps(
    update: boolean
): Promise<{ results: Steps; tables: Table[] }> {
    const results = await measureSteps()
    if (update) await recordSteps(results)
    const recorded = recordedSteps()
    return {
        results,
        tables: [
            table(
                `VM steps per call; a slice has ${SLICE_STEPS}`,
                ["call", "steps", "recorded", "calls a slice"],
                Object.entries(results).map(([what, steps]) => [
                    what,
                    steps,
                    recorded[what] ?? "-",
                    steps ? Math.floor(SLICE_STEPS / steps) : "-",
                ])
            ),
        ],
    }
}

function stepsFile(): string {
    return new URL("../steps.json", import.meta.url).pathname
}

/**
 * Steps of one planned run of a task with nothing to do: what the supervision does when it is
 * due, and the fiber of the run from beginning to end.
 */
async function taskTick(lab: Lab): Promise<number> {
    const slice = await mostWaste(lab, "slice")
    const run = await mostWaste(lab, "run")
    const one = await mostWaste(lab, "attend1")
    const five = await mostWaste(lab, "attend5")
    const perWaste = SLICE_STEPS / slice
    return (slice - run + (one - five) / 4) * perWaste
}

/** How often the supervision of 50 idle tasks wakes in a second. */
async function wakes(lab: Lab): Promise<number> {
    const { panic, marks } = await lab.run(TASKS, "supervise 50")
    if (panic !== undefined) throw new Error(`"supervise": panic ${panic}`)
    return marks
}

/** Bytes of heap that are gone after a planned run; a leak of one field would be 16. */
async function keptByRun(lab: Lab): Promise<number> {
    const left = async (runs: number) => {
        const { panic, marks } = await lab.run(TASKS, `keep ${runs}`)
        if (panic !== OUT_OF_MEMORY)
            throw new Error(`"keep" ${runs}: panic ${panic}`)
        return marks * BLOCK_BYTES
    }
    const lost = (await left(FEW_RUNS)) - (await left(MANY_RUNS))
    return lost / (MANY_RUNS - FEW_RUNS)
}

/** The most steps that a slice can waste besides its own work, found by bisection. */
async function mostWaste(lab: Lab, name: string): Promise<number> {
    let fits = 1000
    let tooMuch = 20000
    while (tooMuch - fits > 1) {
        const middle = (fits + tooMuch) >> 1
        const { panic } = await lab.run(TASKS, `${name} ${middle}`)
        if (panic === undefined) fits = middle
        else if (panic === TOO_LONG) tooMuch = middle
        else throw new Error(`"${name}" ${middle}: panic ${panic}`)
    }
    return fits
}

/** Without -0, which JSON does not know. */
function round(steps: number): number {
    return Math.round(steps) || 0
}
