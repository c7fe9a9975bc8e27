/**
 * A device that shows, by light or sound, that something was logged.
 * Severities are numbers as in the log: 0 (emergency) to 7 (debug), 8 (trace).
 */
export interface HeartBeat {
    /** Shows a severity, sooner or later. Never waits and never throws. */
    notify(level: number): void
}

/** What `beat` notifies: less than every severity, so that whatever was logged goes first. */
export const BEAT = 9

/**
 * Lets devices beat once to show that the program still runs. Call it in a separate task
 * every few seconds: when the task hangs, or all of the program, the beat stops.
 */
export function beat(devices: HeartBeat[]): void {
    for (const device of devices) device.notify(BEAT)
}
