import type { FlashCounts } from "./protocol.ts"

/** Shortest time between two reports, in ms. */
const REPORT_INTERVAL_MS = 1000

/** Adds up the flash accounts of one VM process after the other, and reports at most once a second. */
export class FlashReporter {
    private readonly report: (total: { writes: number; bytes: number }) => void
    private before: FlashCounts = { writes: 0, bytes: 0, erases: 0 }
    private current: FlashCounts = { writes: 0, bytes: 0, erases: 0 }
    private reported = 0
    private timer: NodeJS.Timeout | undefined

    constructor(report: (total: { writes: number; bytes: number }) => void) {
        this.report = report
    }

    /** The account since the simulator started. */
    get total(): FlashCounts {
        const { before, current } = this
        return {
            writes: before.writes + current.writes,
            bytes: before.bytes + current.bytes,
            erases: before.erases + current.erases,
        }
    }

    /** Takes the account of the VM process that runs now. */
    update({ writes, bytes, erases }: FlashCounts): void {
        this.current = { writes, bytes, erases }
        if (this.timer) return
        this.flush()
        this.timer = setTimeout(() => {
            this.timer = undefined
            this.flush()
        }, REPORT_INTERVAL_MS)
    }

    /** A new VM process counts from zero again. */
    nextProcess(): void {
        this.before = this.total
        this.current = { writes: 0, bytes: 0, erases: 0 }
    }

    /** Reports now what has not been reported yet. */
    flush(): void {
        const { writes, bytes } = this.total
        if (writes === this.reported) return
        this.reported = writes
        this.report({ writes, bytes })
    }

    /** Ends the reports. */
    stop(): void {
        clearTimeout(this.timer)
        this.flush()
    }
}
