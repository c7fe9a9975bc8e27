import { Clock, Signal, spawn } from "../platform"
import { Channel, Core, Warden } from "./core"
import { publishReport, STAGE_FORMATTER } from "./dispatch"
import { FAILED, HandlerEntry, RUNNING } from "./entry"
import { LogFilter } from "./filters"
import { LINE_FORMATTER } from "./formatters"
import { ERROR, Level, NONE, WARNING } from "./levels"
import { renderError } from "./text"

/** What the warden needs of the log system. */
export interface Guarded {
    readonly core: Core
    entries(): HandlerEntry[]
    /** The channel of the log's own reports. */
    reports(): Channel
    /** To be called when a handler's level in force has changed. */
    recompute(): void
    /** Adds a filter of all handlers that was taken out. */
    restoreFilter(filter: LogFilter): void
}

/**
 * Takes out handlers, filters and formatters that throw, brings them back, and reports what
 * was dropped. What is due later runs in a fiber that lives only while something is.
 */
export class LogWarden implements Warden {
    private nextAt = Infinity
    private running = false
    private readonly sooner = new Signal()

    constructor(
        private readonly log: Guarded,
        private readonly clock: Clock
    ) {}

    handlerFailed(entry: HandlerEntry, stage: string, error: unknown): boolean {
        const inFormatter =
            stage === STAGE_FORMATTER && entry.formatter !== LINE_FORMATTER
        if (inFormatter) entry.formatter = LINE_FORMATTER
        else {
            entry.passed--
            entry.dropped++
            entry.level = NONE
            entry.state = FAILED
        }
        this.takenOut(entry, stage, error)
        this.log.recompute()
        return inFormatter
    }

    /** A handler threw when it was opened. */
    openFailed(entry: HandlerEntry, error: unknown): void {
        entry.level = NONE
        entry.state = FAILED
        this.takenOut(entry, "handler", error)
        this.log.recompute()
    }

    filterFailed(entry: HandlerEntry, filter: LogFilter, error: unknown): void {
        if (entry) this.takenOut(entry, `filter "${filter.name}"`, error)
        else
            this.report(
                ERROR,
                `log filter "${filter.name}": ${renderError(error)}; taken out`
            )
    }

    private takenOut(entry: HandlerEntry, part: string, error: unknown): void {
        const { restartAfter } = entry.options
        entry.error = renderError(error)
        const what =
            part === "handler"
                ? `log handler "${entry.name}"`
                : `${part} of log handler "${entry.name}"`
        if (restartAfter) {
            entry.backAt = this.clock.millis() + restartAfter
            this.due(entry.backAt)
        }
        const then = restartAfter ? `back in ${restartAfter} ms` : "taken out"
        this.report(ERROR, `${what}: ${entry.error}; ${then}`)
    }

    /** Hands a record of the log's own to the handlers; `forced` takes it in any case. */
    private report(level: Level, message: string, forced?: HandlerEntry): void {
        const channel = this.log.reports()
        const { clock } = this
        publishReport(
            channel,
            {
                time: clock.millis(),
                wall: clock.wall(),
                level,
                topic: channel.topic,
                mark: undefined,
                message,
                meta: undefined,
            },
            forced
        )
    }

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
            () => {
                self.running = false
            }
        )
    }

    private async run(): Promise<void> {
        while (this.nextAt !== Infinity) {
            const wait = this.nextAt - this.clock.millis()
            await this.sooner.wait(Math.max(1, wait))
            this.tick()
        }
        this.running = false
    }

    /** Does what is due by now: reports of what was dropped, handlers that come back. */
    tick(): void {
        const now = this.clock.millis()
        if (now < this.nextAt) return
        this.nextAt = Infinity
        this.reportRefused()
        for (const entry of this.log.entries()) {
            this.reportBurst(entry, now)
            this.reportQueue(entry)
            this.bringBack(entry, now)
        }
    }

    private reportRefused(): void {
        const { core } = this.log
        const { refused } = core
        if (!refused) return
        core.refused = 0
        this.report(
            WARNING,
            `${refused} records dropped that were logged inside handlers`
        )
    }

    private reportBurst(entry: HandlerEntry, now: number): void {
        const count = entry.unreported
        if (!count) return
        if (now < entry.windowEnd) return this.due(entry.windowEnd)
        entry.unreported = 0
        this.reportDropped(entry, count, "burst limit")
    }

    private reportQueue(entry: HandlerEntry): void {
        const { queue } = entry.handler
        if (!queue) return
        const count = queue.takeDropped()
        if (!count) return
        const { dropped } = queue
        this.reportDropped(entry, count, "queue full")
        if (queue.dropped > dropped) queue.returnDropped(count)
    }

    private reportDropped(
        entry: HandlerEntry,
        count: number,
        reason: string
    ): void {
        const forced = entry.state === RUNNING ? entry : undefined
        this.report(
            WARNING,
            `log handler "${entry.name}": ${count} records dropped, ${reason}`,
            forced
        )
    }

    private bringBack(entry: HandlerEntry, now: number): void {
        if (entry.backAt === undefined) return
        if (now < entry.backAt) return this.due(entry.backAt)
        entry.restore()
        this.log.recompute()
    }
}
