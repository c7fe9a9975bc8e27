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

interface Known {
    name: string
    /** How long the light is on, one after the other. */
    on: number[]
}

/** Tells the LED's brightness, and which pattern of the heartbeat it has shown. */
export class LightReader {
    private readonly tell: (light: Light) => void
    private readonly known: Known[]
    private brightness = 0
    private litAt = 0
    private flashes: number[] = []
    private pattern: string | undefined
    private timer: NodeJS.Timeout | undefined

    constructor(tell: (light: Light) => void) {
        this.tell = tell
        this.known = knownPatterns()
    }

    /** The LED has changed. @param at in ms */
    see(at: number, brightness: number): void {
        clearTimeout(this.timer)
        if (brightness > 0 && this.brightness === 0) this.litAt = at
        if (brightness === 0 && this.brightness > 0) {
            this.flashes.push(at - this.litAt)
            this.recognise()
            this.timer = setTimeout(() => (this.flashes = []), QUIET_MS)
        }
        this.brightness = brightness
        this.tell({ brightness, pattern: this.pattern })
    }

    close(): void {
        clearTimeout(this.timer)
    }

    private recognise(): void {
        const found = this.known.find(({ on }) =>
            on.every(
                (ms, i) =>
                    Math.abs(this.flashes.at(i - on.length)! - ms) <= SLACK_MS
            )
        )
        if (found) this.pattern = found.name
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
