import { Signal, spawn } from "../platform"
import { Core, HandlerEntry, RUNNING } from "./core"
import { deliverDeferred } from "./dispatch"
import { restoreEntry } from "./entry"
import { report } from "./faults"
import { ERROR, WARNING } from "./levels"
import { bringPrimaryBack } from "./primary"
import { groupEntries } from "./table"
import { renderError } from "./text"
import { invalidate } from "./topics"

/**
 * Does what is due later: reports of what was dropped, returns of what was taken out.
 * Its fiber lives only while something is due.
 * @devsWhenUsed
 */
export class Keeper {
    private nextAt = Infinity
    private running = false
    private readonly sooner = new Signal()

    constructor(private readonly core: Core) {}

    /** Something is to be done at `time` (ms since start) or later. */
    due(time: number): void {
        if (time < this.nextAt) {
            this.nextAt = time
            this.sooner.notify()
        }
        if (this.running) return
        this.running = true
        const self = this
        spawn(
            async () => {
                await self.run()
            },
            error => {
                self.running = false
                report(self.core, ERROR, `log: ${renderError(error)}`)
                deliverDeferred(self.core)
            }
        )
    }

    /** Does what is due by now. */
    tick(): void {
        const { core } = this
        const now = core.clock.millis()
        if (now < this.nextAt) return
        this.nextAt = Infinity
        reportRefused(core)
        let back = bringPrimaryBack(core, now)
        for (const entry of core.entries) {
            if (bringBack(core, entry, now)) back = true
            reportBurst(core, entry, now)
            reportQueue(core, entry)
        }
        if (back) {
            groupEntries(core)
            invalidate(core)
        }
        deliverDeferred(core)
    }

    private async run(): Promise<void> {
        while (this.nextAt !== Infinity) {
            const wait = this.nextAt - this.core.clock.millis()
            await this.sooner.wait(Math.max(1, wait))
            this.tick()
        }
        this.running = false
    }
}

function bringBack(core: Core, entry: HandlerEntry, now: number): boolean {
    if (entry.backAt === undefined) return false
    if (now < entry.backAt) {
        core.due(entry.backAt)
        return false
    }
    restoreEntry(entry)
    return true
}

function reportRefused(core: Core): void {
    const count = core.refused
    if (!count) return
    core.refused = 0
    report(
        core,
        WARNING,
        `log: ${count} records dropped that were logged inside handlers`
    )
}

function reportBurst(core: Core, entry: HandlerEntry, now: number): void {
    const count = entry.unreported
    if (!count || entry.state !== RUNNING) return
    if (now < entry.reportAt) return core.due(entry.reportAt)
    entry.unreported = 0
    reportDropped(core, entry, count, "burst limit")
}

/** Reports what a queue dropped, once it is low. */
function reportQueue(core: Core, entry: HandlerEntry): void {
    const { queue } = entry.handler
    if (!queue || entry.state !== RUNNING || !queue.isLow()) return
    const count = queue.takeDropped()
    if (!count) return
    const { dropped } = queue
    reportDropped(core, entry, count, "queue full")
    deliverDeferred(core)
    // the report itself was dropped: the count stands for the next one
    if (queue.dropped !== dropped) queue.returnDropped(count)
}

function reportDropped(
    core: Core,
    entry: HandlerEntry,
    count: number,
    reason: string
): void {
    const what = `log handler "${entry.name}"`
    report(core, WARNING, `${what}: ${count} records dropped, ${reason}`, entry)
}
