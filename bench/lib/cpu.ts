import { existsSync, readFileSync } from "node:fs"

const SAMPLE_MS = 50
/** Samples kept: those of the last 5 s. */
const SAMPLES = 100

/**
 * CPU time of a process's main thread so far, in ms, without that of other processes. Read from
 * `/proc`, so on Linux only.
 */
export function cpuTimeOf(pid: number): number {
    return schedule(pid)[0]
}

/** What the main thread of a process did within some time, in ms. */
export interface CpuUse {
    /** Time on a CPU. */
    ran: number
    /** Time ready to run, but waiting for a CPU. */
    waited: number
}

/**
 * Samples what the main thread of a process does, so that a delay caused by other processes is not
 * counted against it. On Linux only; elsewhere both times are 0.
 */
export class CpuWatch {
    private readonly pid: number
    private readonly samples: ({ at: number } & CpuUse)[] = []
    private readonly timer: NodeJS.Timeout

    constructor(pid: number) {
        this.pid = pid
        this.take()
        this.timer = setInterval(() => this.take(), SAMPLE_MS)
    }

    /** What it did within the last `ms`, plus up to two samples. */
    within(ms: number): CpuUse {
        this.take()
        const from = performance.now() - ms - SAMPLE_MS
        const first =
            this.samples.findLast(({ at }) => at <= from) ?? this.samples[0]
        const last = this.samples.at(-1)!
        return {
            ran: Math.round(last.ran - first.ran),
            waited: Math.round(last.waited - first.waited),
        }
    }

    stop(): void {
        clearInterval(this.timer)
    }

    private take(): void {
        const [ran, waited] = existsSync(`/proc/${this.pid}`)
            ? schedule(this.pid)
            : [0, 0]
        this.samples.push({ at: performance.now(), ran, waited })
        if (this.samples.length > SAMPLES) this.samples.shift()
    }
}

/** Time on a CPU, and time waited for one, in ms. */
function schedule(pid: number): [number, number] {
    const text = readFileSync(`/proc/${pid}/schedstat`, "utf8")
    const [ran, waited] = text.split(" ").map(Number)
    return [ran / 1e6, waited / 1e6]
}
