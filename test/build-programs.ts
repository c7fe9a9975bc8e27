/**
 * Builds all programs of the tests before the tests run: with compilers that are kept alive each
 * takes a second, in a test alone it would take five. A program that does not build is left to its
 * test, which reports why.
 */
import { readdirSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { buildProgram, keepCompilers } from "../host/sim/index.ts"
import { ALSO_PLAIN, DEVICE_PROGRAMS } from "./system/device-programs.ts"

const FOLDERS = [
    "test/device",
    "test/system/programs",
    "examples",
    "bench/programs",
]
/** Compilers side by side: each takes half a GB. */
const MOST_COMPILERS = 4

interface Job {
    main: string
    optimise: boolean
}

const jobs: Job[] = [
    { main: "src/main.ts", optimise: true },
    ...FOLDERS.flatMap(folder =>
        readdirSync(folder)
            .filter(name => name.endsWith(".ts") && !name.endsWith(".test.ts"))
            .map(name => ({ main: join(folder, name), optimise: true }))
    ),
    ...ALSO_PLAIN.map(name => ({
        main: join(DEVICE_PROGRAMS, name),
        optimise: false,
    })),
]

const from = performance.now()
const endCompilers = keepCompilers()
let built = 0

async function work(): Promise<void> {
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
const seconds = (performance.now() - from) / 1000
console.log(`${built} programs built in ${seconds.toFixed(0)} s`)
