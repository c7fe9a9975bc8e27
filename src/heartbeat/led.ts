import { PatternPlayer } from "./player"
import { ledPatterns, PatternTable } from "./patterns"

/** The part of `ds.LightBulb` that the heartbeat uses. */
export interface Light {
    readonly isBound: boolean
    readonly intensity: { write(brightness: number): Promise<void> }
}

/**
 * A heartbeat shown by a light.
 * @devsWhenUsed
 */
export class LedHeartBeat extends PatternPlayer<Light> {
    /** @param patterns their values are a brightness from 0 to 1; `ledPatterns` when left out */
    constructor(light: Light, patterns?: PatternTable) {
        super(light, patterns || ledPatterns)
    }

    protected async show(brightness: number): Promise<void> {
        await this.device.intensity.write(brightness)
    }
}
