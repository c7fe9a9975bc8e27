import type { SimEvent } from "../sim/index.ts"

/** A program that has run this long works, as far as its start is concerned, in ms. */
const GOT_GOING_MS = 3000
/** Short runs in a row that count as a restart loop. */
const LOOP_RUNS = 3
/** A run that ends before this time is short, in ms. */
const SHORT_RUN_MS = 30_000

/** Detects a program that never gets through its start, or that restarts in a loop. */
export class Health {
    private bootAt: number | undefined
    private runs = 0
    private panics = 0
    private gotGoing = false
    private shortRuns = 0

    /** Takes an event of the board. */
    see({ event, at }: SimEvent): void {
        if (event === "panic") this.panics++
        if (event === "panic" || event === "boot") this.endRun(at)
        if (event !== "boot") return
        this.bootAt = at
        this.runs++
    }

    /** Forgets the current run: the user has restarted the board, not a fault of the program. */
    forgive(): void {
        this.bootAt = undefined
        this.shortRuns = 0
    }

    /** What is wrong with the program, as of `now`; undefined when nothing is. */
    problem(now: number): string | undefined {
        if (this.bootAt !== undefined && now - this.bootAt >= GOT_GOING_MS)
            this.gotGoing = true
        if (this.panics > 0 && !this.gotGoing)
            return `panicked and never ran for ${GOT_GOING_MS / 1000} s`
        if (this.shortRuns < LOOP_RUNS) return undefined
        return `starts again and again: its last ${this.shortRuns} runs were shorter than ${SHORT_RUN_MS / 1000} s`
    }

    private endRun(at: number): void {
        if (this.bootAt === undefined) return
        const lasted = at - this.bootAt
        this.bootAt = undefined
        if (lasted >= GOT_GOING_MS) this.gotGoing = true
        this.shortRuns = lasted < SHORT_RUN_MS ? this.shortRuns + 1 : 0
    }
}
