import * as ds from "@devicescript/core"
import { splitText } from "../platform"
import { HeartBeat } from "./heartbeat"
import { PatternTable } from "./patterns"

/**
 * Plays patterns in a fiber that exists only while one plays. A notification
 * leaves its severity behind: while a pattern plays they coalesce into one, the worst, which
 * plays when the pattern is over. A running pattern is never cut, so that it can be
 * recognised; the longest takes 2.3 s. Without a device patterns are dropped, and a
 * device that throws costs the pattern it met.
 * @devsWhenUsed
 */
export abstract class PatternPlayer implements HeartBeat {
    /** The severity to be played next; while there is none, the number of severities. */
    private worst: number
    protected playing = false
    /** Patterns given up because the device threw; undefined before the first. */
    failed?: number

    /**
     * @param device a role without a device would hold its caller
     * @param patterns undefined for those of `defaults`
     * @param defaults makes patterns: kept, those of a light would take 100 bytes of heap
     */
    constructor(
        private readonly device: { readonly isBound: boolean },
        private readonly patterns: PatternTable | undefined,
        private readonly defaults: () => PatternTable
    ) {
        this.worst = this.table().length
    }

    notify(level: number): void {
        // all but one of many notifications end here
        if (!(level < this.worst && level >= 0)) return
        if (!this.table()[level]) return
        this.worst = level
        if (this.playing) return
        this.playing = true
        this.play.start()
    }

    /** Shows a value of a pattern for `ms` milliseconds, without waiting for their end. */
    protected abstract show(value: number, ms: number): Promise<void>

    private table(): PatternTable {
        return this.patterns || this.defaults()
    }

    private async play(): Promise<void> {
        const table = this.table()
        while (this.worst < table.length) {
            const steps = splitText(table[this.worst], " ")
            this.worst = table.length
            try {
                for (
                    let i = 0;
                    i < steps.length && this.device.isBound;
                    i += 2
                ) {
                    const ms = parseInt(steps[i + 1])
                    await this.show(parseFloat(steps[i]), ms)
                    await ds.sleep(ms)
                }
            } catch (e: any) {
                this.failed = (this.failed ?? 0) + 1
            }
        }
        this.playing = false
    }
}
