import type { FlashCounts } from "../flash/index.ts"

/** Shortest time between two reports, in ms. */
const REPORT_INTERVAL_MS = 1000

/** Passes the flash account on at most once a second: at once, then what has changed since. */
export class FlashReporter {
    private readonly report: (counts: FlashCounts) => void
    private latest: FlashCounts = { writes: 0, bytes: 0, erases: 0 }
    private reported = 0
    private timer: NodeJS.Timeout | undefined

    constructor(report: (counts: FlashCounts) => void) {
        this.report = report
    }

    /** Takes the account since the simulator started. */
    update(counts: FlashCounts): void {
        this.latest = counts
        if (this.timer) return
        this.flush()
        this.timer = setTimeout(() => {
            this.timer = undefined
            if (this.latest.writes !== this.reported) this.update(this.latest)
        }, REPORT_INTERVAL_MS)
    }

    /** Ends the reports, with a last one if something is left to say. */
    stop(): void {
        clearTimeout(this.timer)
        this.flush()
    }

    private flush(): void {
        if (this.latest.writes === this.reported) return
        this.reported = this.latest.writes
        this.report(this.latest)
    }
}
