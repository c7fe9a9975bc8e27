import { Signal, spawn } from "../platform"
import { Channel } from "./core"
import { publishReport } from "./dispatch"
import { FAILED, HandlerEntry, RUNNING, Warden } from "./entry"
import { LogFilter } from "./filters"
import { LINE_FORMATTER } from "./formatters"
import { ERROR, Level, NONE, WARNING } from "./levels"
import { PrimaryFilters } from "./primary"
import { HandlerTable } from "./table"
import { renderError } from "./text"

/**
 * Takes out handlers, filters and formatters that throw, brings them back, and reports what
 * was dropped. What is due later runs in a fiber that lives only while something is.
 */
export class LogWarden implements Warden {
    private nextAt = Infinity
    private running = false
    private readonly sooner = new Signal()

    /**
     * @param reports topic of the log's own reports
     * @param changed called when other handlers or filters are in force
     */
    constructor(
        private readonly table: HandlerTable,
        private readonly filters: PrimaryFilters,
        private readonly reports: Channel,
        private readonly changed: () => void
    ) {}

    handlerFailed(
        entry: HandlerEntry,
        inFormatter: boolean,
        error: unknown
    ): boolean {
        const retry = inFormatter && entry.formatter !== LINE_FORMATTER
        if (retry) {
            entry.formatter = LINE_FORMATTER
            this.table.group()
        } else {
            if (!inFormatter) entry.passed--
            entry.dropped++
            this.takeOut(entry)
        }
        const part = inFormatter ? "formatter of " : ""
        this.outOf(entry, part, error)
        return retry
    }

    filterFailed(entry: HandlerEntry, filter: LogFilter, error: unknown): void {
        if (entry)
            return this.outOf(entry, `filter "${filter.name}" of `, error)
        const after = this.filters.takeOut(filter, this.now())
        if (after === undefined) return
        if (after) this.due(this.now() + after)
        const what = `log filter "${filter.name}"`
        this.report(ERROR, `${what}: ${renderError(error)}; ${fate(after)}`)
        this.changed()
    }

    /** A handler threw when it was opened. */
    openFailed(entry: HandlerEntry, error: unknown): void {
        this.takeOut(entry)
        this.outOf(entry, "opening ", error)
    }

    /** A removed handler threw when it was closed. */
    closeFailed(entry: HandlerEntry, error: unknown): void {
        const what = `closing log handler "${entry.name}"`
        this.report(ERROR, `${what}: ${renderError(error)}`)
    }

    due(time: number): void {
        if (time < this.nextAt) {
            this.nextAt = time
            this.sooner.notify()
        }
        if (this.running || time === Infinity) return
        this.running = true
        const self = this
        spawn(
            async () => {
                await self.run()
            },
            error => {
                self.running = false
                self.report(ERROR, `log: ${renderError(error)}`)
            }
        )
    }

    /** Does what is due by now: reports of what was dropped, returns of what was taken out. */
    tick(): void {
        const now = this.now()
        if (now < this.nextAt) return
        this.nextAt = Infinity
        this.reportRefused()
        let back = this.filters.bringBack(now)
        for (const entry of this.table.entries) {
            if (this.bringBack(entry, now)) back = true
            this.reportBurst(entry, now)
            this.reportQueue(entry)
        }
        this.due(this.filters.nextBack())
        if (back) this.changed()
    }

    private async run(): Promise<void> {
        while (this.nextAt !== Infinity) {
            const wait = this.nextAt - this.now()
            await this.sooner.wait(Math.max(1, wait))
            this.tick()
        }
        this.running = false
    }

    private now(): number {
        return this.reports.core.clock.millis()
    }

    private takeOut(entry: HandlerEntry): void {
        entry.level = NONE
        entry.state = FAILED
    }

    /** Reports that a part of a handler is out, and notes when it comes back. */
    private outOf(entry: HandlerEntry, part: string, error: unknown): void {
        const after = entry.restartAfter()
        entry.error = renderError(error)
        if (after) {
            entry.backAt = this.now() + after
            this.due(entry.backAt)
        }
        const what = `${part}log handler "${entry.name}"`
        this.report(ERROR, `${what}: ${entry.error}; ${fate(after)}`)
        this.changed()
    }

    private bringBack(entry: HandlerEntry, now: number): boolean {
        if (entry.backAt === undefined) return false
        if (now < entry.backAt) {
            this.due(entry.backAt)
            return false
        }
        entry.restore()
        this.table.group()
        return true
    }

    private reportRefused(): void {
        const { core } = this.reports
        const count = core.refused
        if (!count) return
        core.refused = 0
        this.report(
            WARNING,
            `log: ${count} records dropped that were logged inside handlers`
        )
    }

    private reportBurst(entry: HandlerEntry, now: number): void {
        const count = entry.unreported
        if (!count || entry.state !== RUNNING) return
        if (now < entry.reportAt) return this.due(entry.reportAt)
        entry.unreported = 0
        this.reportDropped(entry, count, "burst limit")
    }

    private reportQueue(entry: HandlerEntry): void {
        const { queue } = entry.handler
        if (!queue || entry.state !== RUNNING || !queue.isLow()) return
        const count = queue.takeDropped()
        if (!count) return
        const { dropped } = queue
        this.reportDropped(entry, count, "queue full")
        // the report itself was dropped: the count stands for the next one
        if (queue.dropped !== dropped) queue.returnDropped(count)
    }

    private reportDropped(
        entry: HandlerEntry,
        count: number,
        reason: string
    ): void {
        const what = `log handler "${entry.name}"`
        this.report(
            WARNING,
            `${what}: ${count} records dropped, ${reason}`,
            entry
        )
    }

    /** Hands a record of the log's own to the handlers; `forced` takes it in any case. */
    private report(level: Level, message: string, forced?: HandlerEntry): void {
        const channel = this.reports
        const { topic, core } = channel
        const { clock } = core
        const record = {
            time: clock.millis(),
            wall: clock.wall(),
            level,
            topic,
            mark: undefined as string,
            message,
            meta: undefined as Record<string, any>,
        }
        publishReport(channel, record, forced)
    }
}

function fate(restartAfter: number): string {
    return restartAfter ? `back in ${restartAfter} ms` : "taken out"
}
