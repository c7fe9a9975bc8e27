import * as ds from "@devicescript/core"
import { Signal, spawn } from "../platform"
import { HeartBeat } from "./heartbeat"
import { PatternTable } from "./patterns"

/** The hardware behind a heartbeat. Both methods may throw, and `show` may wait. */
export interface Indicator {
    /** Whether a device is there now; a role without one would hold its caller. */
    isPresent(): boolean
    /** Shows a value of a pattern for `ms` milliseconds, without waiting for their end. */
    show(value: number, ms: number): Promise<void>
}

/** More than every severity and `BEAT`: nothing is to be played. */
const NOTHING = 99

/**
 * Plays patterns in a fiber of its own. A notification only leaves its severity behind: while
 * a pattern plays they coalesce into one, the worst, which plays when the pattern is over.
 * A running pattern is never cut, so that it can be recognised; the longest takes about 2.5 s.
 * Without a device patterns are dropped, and a device that throws costs the pattern it met.
 */
export class PatternPlayer implements HeartBeat {
    /** Patterns begun. */
    played = 0
    /** Patterns given up because the device threw. */
    failed = 0
    private worst = NOTHING
    private readonly wake = new Signal()

    constructor(
        private readonly indicator: Indicator,
        private readonly patterns: PatternTable
    ) {
        const self = this
        spawn(this.run, () => self.failed++)
    }

    notify(level: number): void {
        if (level < this.worst && this.patterns[level]) {
            this.worst = level
            this.wake.notify()
        }
    }

    private async run(): Promise<void> {
        while (true) {
            await this.wake.wait()
            const level = this.worst
            this.worst = NOTHING
            await this.play(level)
        }
    }

    private async play(level: number): Promise<void> {
        const { indicator } = this
        const pattern = this.patterns[level]
        try {
            if (indicator.isPresent()) this.played++
            for (let i = 0; i < pattern.length; i += 2) {
                if (!indicator.isPresent()) return
                await indicator.show(pattern[i], pattern[i + 1])
                await ds.sleep(pattern[i + 1])
            }
        } catch (e: any) {
            this.failed++
        }
    }
}
