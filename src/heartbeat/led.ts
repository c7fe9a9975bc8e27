import { PatternPlayer } from "./player"
import { LED_PATTERNS, PatternTable } from "./patterns"

/** What of a `ds.LightBulb` is used. */
export interface Light {
    readonly isBound: boolean
    readonly intensity: { write(brightness: number): Promise<void> }
}

/**
 * A heartbeat seen on a light.
 * @devsWhenUsed
 */
export class LedHeartBeat extends PatternPlayer {
    /** @param patterns values are brightness, 0 to 1 */
    constructor(
        private readonly light: Light,
        patterns: PatternTable = LED_PATTERNS
    ) {
        super(patterns)
    }

    protected isPresent(): boolean {
        return this.light.isBound
    }

    protected async show(brightness: number): Promise<void> {
        await this.light.intensity.write(brightness)
    }
}
