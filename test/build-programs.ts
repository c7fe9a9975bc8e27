import { readdirSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { buildProgram, keepCompilers } from "../host/sim/index.ts"
import { ALSO_PLAIN, DEVICE_PROGRAMS } from "./system/device-programs.ts"

const FOLDERS = ["test/device", "test/system/programs", "examples"]
/** Those of the benchmarks that tests run as well. */
const BENCHMARKS = [
    "heap-firmware",
    "heap-parts",
    "size-fixed",
    "size-local",
    "size-unattended",
    "soak",
    "steps-log",
    "steps-tasks",
]
/** Compilers side by side: each takes half a GB. */
const MOST_COMPILERS = 4

interface Job {
    main: string
    optimise: boolean
}

/**
 * Builds all programs of the tests before the tests run: with compilers that are kept alive each
 * takes a second, in a test alone it would take five. A program that does not build is left to its
 * test, which reports why.
 * @returns how many were built, and not there already
 */
export async function buildPrograms(): Promise<number> {
    const jobs = allJobs()
    const endCompilers = keepCompilers()
    let built = 0
    const work = async () => {
        for (let job = jobs.shift(); job; job = jobs.shift())
            try {
                const { cached } = await buildProgram(job.main, job)
                if (!cached) built++
            } catch {
                // its test builds it again
            }
    }
    const compilers = Math.min(availableParallelism(), MOST_COMPILERS)
    await Promise.all(Array.from({ length: compilers }, work))
    endCompilers()
    return built
}

function allJobs(): Job[] {
    return [
        { main: "src/main.ts", optimise: true },
        ...FOLDERS.flatMap(folder =>
            readdirSync(folder)
                .filter(
                    name => name.endsWith(".ts") && !name.endsWith(".test.ts")
                )
                .map(name => ({ main: join(folder, name), optimise: true }))
        ),
        ...BENCHMARKS.map(name => ({
            main: `bench/programs/${name}.ts`,
            optimise: true,
        })),
        ...ALSO_PLAIN.map(name => ({
            main: join(DEVICE_PROGRAMS, name),
            optimise: false,
        })),
    ]
}
