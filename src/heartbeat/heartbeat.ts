import type { AtOnce } from "../platform"

/**
 * A device that shows, by light or sound, that something was logged. Severities are the numbers of
 * the log: 0 (emergency) to 7 (debug), 8 (trace).
 */
export interface HeartBeat {
    /** Shows a severity now or later, unless a worse one replaces it. Never waits, never throws. */
    notify(level: number): AtOnce
}

/** The number that `beat` notifies: less severe than all levels, so that log records go first. */
export const BEAT = 9

/**
 * Makes each device beat once, to show that the program still runs. Call it every few seconds in a
 * task of its own: when that task or the whole program hangs, the beat stops.
 */
export function beat(devices: HeartBeat[]): void {
    for (const device of devices) device.notify(BEAT)
}
