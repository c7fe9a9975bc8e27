import { onOutputLost } from "../output.ts"
import { onEndSignal } from "./signals.ts"

/** Longest time that a timer of Node's takes, in ms. */
const MAX_TIMER_MS = 0x7fff_ffff

/** How a run ended. */
export interface End {
    reason: string
    exitCode: number
}

/** The one end of a run, whichever comes first. */
export class Ending {
    /** Settles with the end; rejects when the board or a watch fails. */
    readonly promise: Promise<End>
    end!: (reason: string, exitCode?: number) => void
    fail!: (error: Error) => void

    constructor() {
        this.promise = new Promise((resolve, reject) => {
            this.end = (reason, exitCode = 0) => resolve({ reason, exitCode })
            this.fail = reject
        })
        // a failure while the start still runs is not unhandled
        this.promise.catch(() => {})
        onEndSignal(this.end)
        onOutputLost(() => this.end("nobody reads the output"))
    }

    /** Calls `action` after `ms`, which may be longer than a timer takes (24.8 days). */
    after(ms: number, action: () => void): void {
        const step = Math.min(ms, MAX_TIMER_MS)
        setTimeout(() => {
            if (ms > step) this.after(ms - step, action)
            else action()
        }, step).unref()
    }
}
