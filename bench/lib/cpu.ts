import { existsSync, readFileSync } from "node:fs"

const SAMPLE_MS = 50
/** Samples that are kept: those of 5 s. */
const SAMPLES = 100

/**
 * Time that the main thread of a process has had on a CPU so far, in ms: others on the machine
 * do not count. From `/proc`, thus on Linux only.
 */
export function cpuTimeOf(pid: number): number {
    return schedule(pid)[0]
}

/**
 * Watches how long the main thread of a process has to wait for a CPU, since that is not to be
 * blamed on what runs in it. On Linux only; elsewhere it never waits.
 */
export class CpuWatch {
    private readonly pid: number
    private readonly samples: { at: number; waited: number }[] = []
    private readonly timer: NodeJS.Timeout

    constructor(pid: number) {
        this.pid = pid
        this.timer = setInterval(() => this.take(), SAMPLE_MS)
    }

    /** Time waited for within the last `ms`, and up to two samples more, in ms. */
    waited(ms: number): number {
        this.take()
        const from = performance.now() - ms - SAMPLE_MS
        const first = this.samples.findLast(({ at }) => at <= from)
        const { waited } = first ?? this.samples[0]
        return this.samples.at(-1)!.waited - waited
    }

    stop(): void {
        clearInterval(this.timer)
    }

    private take(): void {
        const waited = existsSync(`/proc/${this.pid}`)
            ? schedule(this.pid)[1]
            : 0
        this.samples.push({ at: performance.now(), waited })
        if (this.samples.length > SAMPLES) this.samples.shift()
    }
}

/** Time on a CPU, and time waited for one, in ms. */
function schedule(pid: number): [number, number] {
    const text = readFileSync(`/proc/${pid}/schedstat`, "utf8")
    const [ran, waited] = text.split(" ").map(Number)
    return [ran / 1e6, waited / 1e6]
}
