import * as ds from "@devicescript/core"
import { splitText } from "../platform"
import { HeartBeat } from "./heartbeat"
import { PatternTable } from "./patterns"

/** What a player asks before each step: a command to a role without a device would not return. */
export interface BoundDevice {
    readonly isBound: boolean
}

/**
 * Plays patterns in a fiber that exists only while a pattern plays. Notifications during a pattern
 * coalesce into the most severe one, which plays after it. A pattern is never interrupted, so that
 * it can be recognised; the longest default one takes 2.3 s. While no device is bound, patterns are
 * dropped. When the device throws, the rest of that pattern is dropped and counted in `failed`.
 * @devsWhenUsed
 */
export abstract class PatternPlayer<
    D extends BoundDevice = BoundDevice,
> implements HeartBeat {
    /** The severity to play next; the length of the table while there is none. */
    private worst: number
    protected playing = false
    /** How many patterns were dropped because the device threw; undefined for none. */
    failed?: number

    /**
     * @param device what plays the patterns
     * @param patterns the patterns, or what makes them at each use: a table that is kept takes heap
     */
    constructor(
        protected readonly device: D,
        private readonly patterns: PatternTable | (() => PatternTable)
    ) {
        this.worst = this.table().length
    }

    notify(level: number): void {
        // most notifications return here, as a pattern of at least this severity is pending
        if (!(level < this.worst && level >= 0)) return
        if (!this.table()[level]) return
        this.worst = level
        if (this.playing) return
        this.playing = true
        this.play.start()
    }

    /** Begins to show a value of a pattern for `ms` milliseconds, without waiting that long. */
    protected abstract show(value: number, ms: number): Promise<void>

    private table(): PatternTable {
        const { patterns } = this
        return typeof patterns === "function" ? patterns() : patterns
    }

    private async play(): Promise<void> {
        const table = this.table()
        while (this.worst < table.length) {
            const pattern = table[this.worst]
            this.worst = table.length
            try {
                const steps = splitText(pattern, " ")
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
                this.failed = (this.failed | 0) + 1
            }
        }
        this.playing = false
    }
}
