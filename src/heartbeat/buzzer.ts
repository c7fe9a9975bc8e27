import { PatternPlayer } from "./player"
import { buzzerPatterns, PatternTable } from "./patterns"

/** What of a `ds.Buzzer` is used. */
export interface Sounder {
    readonly isBound: boolean
    playNote(frequency: number, volume: number, duration: number): Promise<void>
}

/**
 * A heartbeat heard from a buzzer.
 * @devsWhenUsed
 */
export class BuzzerHeartBeat extends PatternPlayer {
    /**
     * @param patterns values are frequencies in Hz, 16 and up; 0 is silence;
     * `buzzerPatterns` by default
     * @param volume 0 to 1
     */
    constructor(
        private readonly buzzer: Sounder,
        patterns?: PatternTable,
        private readonly volume = 1
    ) {
        super(buzzer, patterns, buzzerPatterns)
    }

    /** The buzzer itself ends a tone after its time; a pause needs no command. */
    protected async show(hz: number, ms: number): Promise<void> {
        if (hz > 0) await this.buzzer.playNote(hz, this.volume, ms)
    }
}
