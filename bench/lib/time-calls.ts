import { Lab } from "./lab.ts"
import { speed, type Speeds } from "./speed.ts"

const PROGRAM = "bench/programs/steps-log.ts"
/** Runs of a program; each has slices that only warm up, and slices whose times are taken. */
const RUNS = 7
const WARM_UP = 30
const SLICES = 60

/** The calls that the others are compared with. */
export const EMPTY_LOOP = "empty loop"
/** What is timed within slices: name in the program, calls in each, wanted calls a second. */
const CALLS: Record<string, [string, number, number?]> = {
    [EMPTY_LOOP]: ["nothing", 10000],
    "ds.format": ["native-format", 3000],
    "console.log of DeviceScript": ["console", 1000],
    "log call, disabled": ["disabled", 3000, 700_000],
    "log call, ring": ["ring", 300, 76_000],
}

let timed: Promise<Speeds> | undefined

/** Times calls within a slice, ours and those of the VM itself; once in a process. */
export function timeCalls(): Promise<Speeds> {
    return (timed ??= timeAll())
}

async function timeAll(): Promise<Speeds> {
    const rates: Record<string, number[]> = {}
    for (const what of Object.keys(CALLS)) rates[what] = []
    const lab = new Lab()
    try {
        // the first run only warms up
        for (let run = 0; run <= RUNS; ++run)
            for (const what of Object.keys(CALLS)) {
                const rate = await timeCall(lab, what)
                if (run) rates[what].push(rate)
            }
    } finally {
        await lab.stop()
    }
    const speeds: Speeds = {}
    for (const [what, list] of Object.entries(rates))
        speeds[what] = speed(list, CALLS[what][2])
    return speeds
}

/** Calls a second of one run, by the CPU time between the marks around each slice's calls. */
async function timeCall(lab: Lab, what: string): Promise<number> {
    const [name, count] = CALLS[what]
    const { times, panic } = await lab.run(
        PROGRAM,
        `${name} ${count} time ${WARM_UP + SLICES}`
    )
    if (panic) throw new Error(`"${what}": panic ${panic}`)
    let took = 0
    for (let slice = WARM_UP; slice < WARM_UP + SLICES; ++slice)
        took += times[2 * slice + 1] - times[2 * slice]
    return ((count * SLICES) / took) * 1000
}
