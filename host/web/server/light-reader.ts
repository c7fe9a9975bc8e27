import { ledPatterns } from "../../../src/heartbeat/patterns.ts"
import type { Light } from "../protocol.ts"

/** Names of the patterns, in the order of the firmware's table; several severities share one. */
const NAMES = [
    "critical",
    "critical",
    "critical",
    "error",
    "warning",
    "info",
    "info",
    "info",
    "info",
    "beat",
]
/**
 * What a time may differ by, in ms: the VM sends a command each 20 ms at most, and a busy machine
 * is late. It is half of the difference between the two patterns of one flash.
 */
const SLACK_MS = 30
/** Time that a light is off after which its pattern has ended, in ms. */
const QUIET_MS = 240
/** Most times of a pattern: its flashes and what is between them. */
const MOST = 15

interface Known {
    name: string
    /** How long the light is on, off, on, ...; without the pause at the end. */
    times: number[]
}

/** Follows the LED's brightness, and tells which pattern of the heartbeat it has shown last. */
export class LightReader {
    light: Light = {}
    private readonly known = knownPatterns()
    private changedAt = 0
    private times: number[] = []

    /** The LED was set. @param at in ms @returns whether that changed it */
    see(at: number, brightness: number): boolean {
        const { brightness: before = 0 } = this.light
        const isNews = this.light.brightness !== brightness
        this.light = { ...this.light, brightness }
        if (brightness > 0 === before > 0) return isNews
        const lasted = at - this.changedAt
        this.changedAt = at
        if (before === 0 && lasted > QUIET_MS) this.times = []
        else this.times = [...this.times, lasted].slice(-MOST)
        if (brightness === 0) this.recognise()
        return isNews
    }

    private recognise(): void {
        const found = this.known.find(({ times }) =>
            times.every(
                (ms, i) =>
                    Math.abs(this.times.at(i - times.length)! - ms) <= SLACK_MS
            )
        )
        if (found) this.light = { ...this.light, pattern: found.name }
    }
}

/** The patterns, the longest first, so that a short one within a long one is not taken for it. */
function knownPatterns(): Known[] {
    const known = new Map<string, Known>()
    ledPatterns().forEach((pattern, severity) => {
        const numbers = (pattern ?? "").split(" ").map(Number)
        const name = NAMES[severity]!
        const times = numbers.filter((_, i) => i % 2 === 1).slice(0, -1)
        known.set(name, { name, times })
    })
    return [...known.values()].sort((a, b) => b.times.length - a.times.length)
}
