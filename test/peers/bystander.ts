import type { TestContext } from "node:test"
import { Worker } from "node:worker_threads"

/** The beat of the board's watched task, ms. */
const BEAT_MS = 20
/** Beats over which waits for a CPU are summed: a task of the board can be late by their sum. */
const BEATS = 8

/** The thread: its own lateness, and the waits of a process (Linux, `schedstat` of its thread). */
const BEAT = `
const { readFileSync } = require("node:fs")
const { parentPort, workerData: pid } = require("node:worker_threads")
let worst = 0
let due = performance.now() + ${BEAT_MS}
const waited = []
const look = () => {
    try {
        const file = "/proc/" + pid + "/task/" + pid + "/schedstat"
        waited.push(Number(readFileSync(file, "latin1").split(" ")[1]) / 1e6)
    } catch {
        return
    }
    if (waited.length > ${BEATS}) waited.shift()
    worst = Math.max(worst, waited.at(-1) - waited[0])
}
const beat = () => {
    worst = Math.max(worst, performance.now() - due)
    look()
    due = performance.now() + ${BEAT_MS}
    setTimeout(beat, ${BEAT_MS})
}
setTimeout(beat, ${BEAT_MS})
parentPort.on("message", () => parentPort.postMessage(worst))
`

/**
 * Measures how late the machine itself makes a board, as the tests share it with others: by a
 * thread that wakes every 20 ms, as the board's watched task does, but is independent of it, and
 * by the time for which the board's process had work but no CPU.
 */
export class Bystander {
    private readonly worker: Worker

    private constructor(pid: number | undefined) {
        this.worker = new Worker(BEAT, { eval: true, workerData: pid })
    }

    /** Starts a bystander that watches a process until the end of the test. */
    static start(t: TestContext, pid: number | undefined): Bystander {
        const bystander = new Bystander(pid)
        t.after(() => bystander.worker.terminate())
        return bystander
    }

    /** The greatest lateness so far, ms. */
    async worst(): Promise<number> {
        const answer = new Promise<number>(done =>
            this.worker.once("message", done)
        )
        this.worker.postMessage("")
        return Math.round(await answer)
    }
}
