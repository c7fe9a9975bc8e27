import { SliceTooShort, stepsPerRound } from "../lib/count-steps.ts"
import { Lab } from "../lib/lab.ts"
import { type Table, table } from "../lib/table.ts"

const PROGRAM = "bench/programs/growth.ts"
/** A cost that changes by no more than this fraction counts as constant. */
const CONSTANT = 0.1
/** Growth is linear while one more costs at most this many times what it does at the small end. */
const LINEAR = 1.25

/** A cost against a size, and how it grows. */
export interface Growth {
    sizes: number[]
    costs: number[]
    unit: string
    grows: string
}

type Measure = (lab: Lab, size: number) => Promise<number>

/** What grows, against what; measured in steps, or flash reads, which do not vary. */
const GROWTHS: Record<string, [number[], string, Measure]> = {
    "log call against tasks": [[1, 10, 50], "steps", steps("tasks", 80)],
    "log call against handlers": [[1, 3, 6], "steps", steps("handlers", 80)],
    "status() against tasks": [[1, 10, 50], "steps", steps("status", 1, 0)],
    "read of the flash log against lines": [[8, 32, 64], "reads", flashReads],
}

/** Costs at three sizes each, and what they grow by. */
export async function runGrowth(): Promise<{
    results: Record<string, Growth>
    tables: Table[]
}> {
    const lab = new Lab()
    const results: Record<string, Growth> = {}
    try {
        for (const [what, [sizes, unit, measure]] of Object.entries(GROWTHS)) {
            const costs: number[] = []
            for (const size of sizes) costs.push(await measure(lab, size))
            results[what] = { sizes, costs, unit, grows: fit(sizes, costs) }
        }
    } finally {
        await lab.stop()
    }
    const rows = Object.entries(results).map(([what, growth]) => [
        what,
        growth.sizes.join(", "),
        growth.costs.map(costText).join(", "),
        growth.unit,
        growth.grows,
    ])
    return {
        results,
        tables: [
            table("Growth", ["what", "sizes", "costs", "unit", "grows"], rows),
        ],
    }
}

/** Says whether costs at three or more rising sizes are constant, linear or worse. */
export function fit(sizes: number[], costs: number[]): string {
    const last = sizes.length - 1
    const rise = costs[last] - costs[0]
    if (rise === Infinity) return "over the steps of a slice"
    if (Math.abs(rise) <= CONSTANT * costs[0]) return "constant"
    const slopes = sizes
        .slice(1)
        .map((size, i) => (costs[i + 1] - costs[i]) / (size - sizes[i]))
    const average = rise / (sizes[last] - sizes[0])
    const shown = `${Math.round(average * 10) / 10} each`
    return slopes[slopes.length - 1] <= slopes[0] * LINEAR
        ? `linear, ${shown}`
        : `worse than linear, ${shown}`
}

function costText(cost: number): string {
    return cost === Infinity ? "panic" : String(Math.round(cost))
}

function steps(name: string, many: number, few?: number): Measure {
    return async (lab, size) => {
        try {
            return await stepsPerRound(
                lab,
                PROGRAM,
                `${name}-${size}`,
                many,
                few
            )
        } catch (error) {
            if (error instanceof SliceTooShort) return Infinity
            throw error
        }
    }
}

async function flashReads(lab: Lab, size: number): Promise<number> {
    const { panic, marks, lines } = await lab.run(PROGRAM, `file-${size} 0`)
    if (panic || !lines.some(line => line.endsWith(`${size} lines`)))
        throw new Error(`${size} lines were not read:\n${lines.join("\n")}`)
    return marks
}
