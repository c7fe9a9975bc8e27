import { onOutputLost } from "../output.ts"
import { callAfter } from "../sleep.ts"
import { onEndSignal } from "./signals.ts"

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

    /** Calls `action` after `ms`, unless the run has ended before. */
    after(ms: number, action: () => void): void {
        callAfter(ms, action, false)
    }
}
