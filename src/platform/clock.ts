import * as ds from "@devicescript/core"
import type { AtOnce } from "./fibers"
import { addListener, callListeners } from "./listeners"

/** How the wall clock was changed. */
export interface ClockChange {
    /** Where the time is from, as `rtc`, `http` or `host`. */
    source: string
    /** True time less the time shown before the change, ms; undefined for the first setting. */
    correction: number | undefined
    /** True when the time shown jumps back: only for a correction of STEP_MS or more. */
    stepped: boolean
}

/** Time as the firmware sees it: uptime always, wall clock once it has been set. */
export interface Clock {
    /** Uptime in ms; never goes back. Does not advance until the fiber waits. */
    millis(): number
    /** Uptime when the program was started, ms; undefined where that is not known. */
    readonly startedAt?: number
    /**
     * True Unix time less uptime, in ms; undefined while the wall clock is unknown. What is to come is
     * planned by it, as `wall` may be slowed down.
     */
    readonly offset: number
    /**
     * Unix time in milliseconds, or undefined while the wall clock is unknown. Goes back only for
     * a correction by STEP_MS or more, which is reported to the listeners as `stepped`.
     */
    wall(): number | undefined
    /**
     * Sets the wall clock.
     * @param unixMs Unix time in milliseconds, true at this moment
     * @param source where the time is from
     * @throws RangeError when `unixMs` is not 0 to MAX_WALL_MS
     */
    setWall(unixMs: number, source?: string): void
    /**
     * Calls `listener` after each `setWall`, until the returned function is called. What it throws
     * goes to the console.
     */
    onSet(listener: (change: ClockChange) => AtOnce): () => void
}

/** A clock that is ahead by this or more, ms, is set back at once; by less, it is slowed down. */
export const STEP_MS = 10000
/**
 * Latest time that can be set: the end of the year 9998. The clock goes on from there, and 9999 is the
 * last year that RFC 3339 can write.
 */
export const MAX_WALL_MS = 253370764799999
/** Speed of the wall clock while it is slowed down, as a part of its own. */
const SLOW_RATE = 0.5

/**
 * The VM keeps the time at which a fiber goes on in 32 bits, and one that waits as they begin again
 * at 0 goes on after another 49.7 days.
 */
const ROUND_MS = 4294967296

/**
 * Uptime at which no wait that is under way ever ends, in ms: the end of the round of the VM's timers
 * in which the program was started. NaN for a clock that does not know when that was.
 */
export function endOfTimers({ startedAt }: Clock): number {
    return (Math.floor(startedAt / ROUND_MS) + 1) * ROUND_MS
}

/** Uptime when the program was started: modules run before the program that uses them. */
const PROGRAM_START = ds.millis()

/**
 * The VM's clock.
 * @devsWhenUsed
 */
export class SystemClock implements Clock {
    offset: number
    /** By how much the clock was ahead when it was last set, and the uptime then, ms. */
    private ahead = 0
    private setAt = 0
    private readonly listeners: ((change: ClockChange) => AtOnce)[] = []

    /** The VM's function, without a method around it, as every log call asks for the time. */
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
        const shown = this.wall()
        // NaN would make a known clock unknown
        if (!(unixMs >= 0 && unixMs <= MAX_WALL_MS))
            throw new RangeError(
                `time from ${source}: wanted 0 to ${MAX_WALL_MS} ms, got ${unixMs}`
            )
        const now = this.millis()
        const correction = shown === undefined ? undefined : unixMs - shown
        const stepped = correction <= -STEP_MS
        this.offset = unixMs - now
        this.ahead = correction < 0 && !stepped ? -correction : 0
        this.setAt = now
        const change = { source, correction, stepped }
        // a clock has no log, and who sets it must not fail because of a listener
        callListeners(this.listeners, change, "clock listener")
    }

    onSet(listener: (change: ClockChange) => AtOnce): () => void {
        return addListener(this.listeners, listener)
    }
}
