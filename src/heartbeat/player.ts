import * as ds from "@devicescript/core"
import { HeartBeat } from "./heartbeat"
import { PatternTable } from "./patterns"

/** More than every severity and `BEAT`: nothing is to be played. */
const NOTHING = 99

/**
 * Plays patterns in a fiber of its own, which is there only while one plays. A notification
 * leaves its severity behind: while a pattern plays they coalesce into one, the worst, which
 * plays when the pattern is over. A running pattern is never cut, so that it can be
 * recognised; the longest takes about 2.5 s. Without a device patterns are dropped, and a
 * device that throws costs the pattern it met.
 * @devsWhenUsed
 */
export abstract class PatternPlayer implements HeartBeat {
    /** Patterns begun. */
    played = 0
    /** Patterns given up because the device threw. */
    failed = 0
    private worst = NOTHING
    private playing = false

    constructor(private readonly patterns: PatternTable) {}

    notify(level: number): void {
        if (level >= this.worst || !this.patterns[level]) return
        this.worst = level
        if (this.playing) return
        this.playing = true
        this.play.start()
    }

    /** Whether a device is there now; a role without one would hold its caller. */
    protected abstract isPresent(): boolean

    /** Shows a value of a pattern for `ms` milliseconds, without waiting for their end. */
    protected abstract show(value: number, ms: number): Promise<void>

    private async play(): Promise<void> {
        while (this.worst !== NOTHING) {
            const steps = this.patterns[this.worst].split(" ")
            this.worst = NOTHING
            try {
                if (this.isPresent()) this.played++
                for (let i = 0; i < steps.length && this.isPresent(); i += 2) {
                    const ms = parseInt(steps[i + 1])
                    await this.show(parseFloat(steps[i]), ms)
                    await ds.sleep(ms)
                }
            } catch (e: any) {
                this.failed++
            }
        }
        this.playing = false
    }
}
