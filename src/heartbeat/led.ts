import { PatternPlayer } from "./player"
import { ledPatterns, PatternTable } from "./patterns"

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
    /** @param patterns values are brightness, 0 to 1; `ledPatterns` by default */
    constructor(
        private readonly light: Light,
        patterns?: PatternTable
    ) {
        super(light, patterns, ledPatterns)
    }

    protected async show(brightness: number): Promise<void> {
        await this.light.intensity.write(brightness)
    }
}
