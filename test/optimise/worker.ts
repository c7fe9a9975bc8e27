/** A process of a campaign: it runs its share of the programs and tells of each. */
import { mkdirSync, writeFileSync } from "node:fs"
import { format } from "prettier"
import { optimise } from "../../host/optimise/index.ts"
import type { Outcome, Work } from "./campaign.ts"
import { compile } from "./compiler.ts"
import { generate, render } from "./generator/index.ts"
import { Machine } from "./machine.ts"
import { Project } from "./project.ts"
import { type Optimiser, type Pair, runPair } from "./run-pair.ts"
import { shrink } from "./shrink.ts"

/** What `npm test` runs again. */
const REGRESSIONS = "test/optimise/regressions"

const work = JSON.parse(process.argv[2]!) as Work
const machine = new Machine()
const project = work.types ? new Project() : undefined
process.on("exit", () => project?.remove())
for (let seed = work.first; seed < work.end; seed += work.stride)
    process.send!(await runSeed(seed))
process.disconnect()

async function runSeed(seed: number): Promise<Outcome> {
    const source = render(generate(seed))
    let pair: Pair
    try {
        pair = await runPair(
            machine,
            await makeOptimiser(source),
            compile(source),
            work.types
        )
    } catch (error) {
        // generated programs must compile: a failure here is a fault of the generator
        const failure = (error as Error).message
        return { ...outcome(seed), failure }
    }
    const { before, after, difference: failure, changes } = pair
    const whole: Outcome = {
        seed,
        failure,
        limit: after || failure ? undefined : before.panic,
        lines: before.lines.length,
        bytes: [before.bytes, (after ?? before).bytes],
        steps: [before.steps, (after ?? before).steps],
        changes,
    }
    if (failure && work.shrink) whole.kept = await keepSmaller(seed, failure)
    return whole
}

async function makeOptimiser(source: string): Promise<Optimiser> {
    if (!project) return optimise
    const types = await project.typesOf(source)
    return (image, debug) => optimise(image, debug, { types })
}

function outcome(seed: number): Outcome {
    return { seed, lines: 0, bytes: [0, 0], steps: [0, 0], changes: {} }
}

async function keepSmaller(seed: number, failure: string): Promise<string> {
    const kind = kindOf(failure)
    const small = await shrink(generate(seed), async source => {
        try {
            const { difference } = await runPair(
                machine,
                await makeOptimiser(source),
                compile(source),
                work.types
            )
            return !!difference && kindOf(difference) === kind
        } catch {
            return false
        }
    })
    const options = { semi: false, tabWidth: 4, arrowParens: "avoid" } as const
    const text = await format(render(small), {
        ...options,
        parser: "typescript",
    })
    const file = `${REGRESSIONS}/seed-${seed}.ts`
    mkdirSync(REGRESSIONS, { recursive: true })
    writeFileSync(file, `// ${failure.replaceAll("\n", "\n// ")}\n${text}`)
    return file
}

/** A smaller program has to fail in the same way. */
function kindOf(failure: string): string {
    return (
        /Panic_\d+|verifier|throws|not optimised/.exec(failure)?.[0] ?? "trace"
    )
}
