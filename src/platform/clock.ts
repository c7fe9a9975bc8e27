import * as ds from "@devicescript/core"
import { addTo } from "./list"

/** How the wall clock was changed. */
export interface ClockChange {
    /** Where the time is from, as `rtc`, `http` or `host`. */
    source: string
    /** True time less shown time before the change, ms; undefined for the first setting. */
    correction: number | undefined
    /** True when the time shown jumps back: only for a correction of STEP_MS or more. */
    stepped: boolean
}

/** Time as the firmware sees it: monotonic always, wall clock once it was set. */
export interface Clock {
    /** Milliseconds since start; never goes back. Stands still within one VM slice. */
    millis(): number
    /** When the program was started, by `millis`; undefined where that is not known. */
    readonly startedAt?: number
    /**
     * Unix time in milliseconds, or undefined while the wall clock is unknown. Does not go
     * back, except once for a correction of STEP_MS or more, which it reports to its listeners.
     */
    wall(): number | undefined
    /**
     * Tells the wall clock.
     * @param unixMs Unix time in milliseconds, true at this moment
     * @param source where the time is from
     * @throws RangeError when it is not 0 to MAX_WALL_MS
     */
    setWall(unixMs: number, source?: string): void
    /** Calls `listener` after each `setWall`; returns how to stop that. */
    onSet(listener: (change: ClockChange) => void): () => void
}

/** A clock that is fast by this or more is set back at once; by less, it is slowed down. */
export const STEP_MS = 10000
/** Latest time that can be set: the end of the year 9999, the last that RFC 3339 can write. */
export const MAX_WALL_MS = 253402300799999
/** While it is slowed down, the wall clock runs at this part of its speed. */
const SLOW_RATE = 0.5

/** When the program was started: modules come before the program that uses them. */
const PROGRAM_START = ds.millis()

/**
 * The VM's clock.
 * @devsWhenUsed
 */
export class SystemClock implements Clock {
    /** True wall clock less uptime, ms. */
    private offset: number
    /** By how much the clock was ahead when it was last set, and the uptime of that. */
    private ahead = 0
    private setAt = 0
    private readonly listeners: ((change: ClockChange) => void)[] = []

    /** The VM's own, not a method around it: every log call asks for the time. */
    millis: () => number = ds.millis

    readonly startedAt: number = PROGRAM_START

    wall(): number | undefined {
        if (this.offset === undefined) return undefined
        const now = this.millis()
        if (!(this.ahead > 0)) return now + this.offset
        const left = this.ahead - (now - this.setAt) * SLOW_RATE
        if (left > 0) return Math.floor(now + this.offset + left)
        this.ahead = 0
        return now + this.offset
    }

    setWall(unixMs: number, source = "host"): void {
        // NaN would make a known clock unknown
        if (!(unixMs >= 0 && unixMs <= MAX_WALL_MS))
            throw new RangeError(
                `time from ${source}: wanted 0 to ${MAX_WALL_MS} ms, got ${unixMs}`
            )
        const shown = this.wall()
        const now = this.millis()
        const correction = shown === undefined ? undefined : unixMs - shown
        const stepped = correction <= -STEP_MS
        this.offset = unixMs - now
        this.ahead = correction < 0 && !stepped ? -correction : 0
        this.setAt = now
        for (const listener of this.listeners)
            listener({ source, correction, stepped })
    }

    onSet(listener: (change: ClockChange) => void): () => void {
        return addTo(this.listeners, listener)
    }
}
