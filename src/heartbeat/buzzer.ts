import { PatternPlayer } from "./player"
import { buzzerPatterns, PatternTable } from "./patterns"

/** The part of `ds.Buzzer` that the heartbeat uses. */
export interface Sounder {
    readonly isBound: boolean
    playNote(frequency: number, volume: number, duration: number): Promise<void>
}

/**
 * A heartbeat played by a buzzer.
 * @devsWhenUsed
 */
export class BuzzerHeartBeat extends PatternPlayer<Sounder> {
    /**
     * @param patterns their values are frequencies in Hz, at least 16, or 0 for silence;
     *     `buzzerPatterns` when left out
     * @param volume from 0 to 1
     */
    constructor(
        buzzer: Sounder,
        patterns?: PatternTable,
        private readonly volume = 1
    ) {
        super(buzzer, patterns || buzzerPatterns)
    }

    /** Starts a tone, which the buzzer ends after `ms`; so a pause needs no command. */
    protected async show(hz: number, ms: number): Promise<void> {
        if (hz > 0) await this.device.playNote(hz, this.volume, ms)
    }
}
