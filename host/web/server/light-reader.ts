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
/** What a time may differ by, in ms: the VM sends a command each 20 ms at most. */
const SLACK_MS = 22
/** A light that is off for so long has ended its pattern, in ms. */
const QUIET_MS = 240
/** Most flashes of a pattern. */
const MOST = 8

interface Known {
    name: string
    /** How long the light is on, one after the other. */
    on: number[]
}

/** Follows the LED's brightness, and tells which pattern of the heartbeat it has shown last. */
export class LightReader {
    light: Light = {}
    private readonly known = knownPatterns()
    private litAt = 0
    private darkAt = 0
    private flashes: number[] = []

    /** The LED was set. @param at in ms @returns whether that changed it */
    see(at: number, brightness: number): boolean {
        const { brightness: before = 0 } = this.light
        const isNews = this.light.brightness !== brightness
        this.light = { ...this.light, brightness }
        if (brightness > 0 && before === 0) {
            if (at - this.darkAt > QUIET_MS) this.flashes = []
            this.litAt = at
        } else if (brightness === 0 && before > 0) {
            this.darkAt = at
            this.flashes = [...this.flashes, at - this.litAt].slice(-MOST)
            this.recognise()
        }
        return isNews
    }

    private recognise(): void {
        const found = this.known.find(({ on }) =>
            on.every(
                (ms, i) =>
                    Math.abs(this.flashes.at(i - on.length)! - ms) <= SLACK_MS
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
        const on = numbers.filter((_, i) => i % 2 === 1 && numbers[i - 1]! > 0)
        known.set(NAMES[severity]!, { name: NAMES[severity]!, on })
    })
    return [...known.values()].sort((a, b) => b.on.length - a.on.length)
}
