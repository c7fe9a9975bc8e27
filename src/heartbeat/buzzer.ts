import { Indicator, PatternPlayer } from "./player"
import { BUZZER_PATTERNS, PatternTable } from "./patterns"

/** What of a `ds.Buzzer` is used. */
export interface Sounder {
    readonly isBound: boolean
    playNote(frequency: number, volume: number, duration: number): Promise<void>
}

/** A heartbeat heard from a buzzer. */
export class BuzzerHeartBeat extends PatternPlayer {
    /**
     * @param patterns values are frequencies in Hz, 16 and up; 0 is silence
     * @param volume 0 to 1
     */
    constructor(
        buzzer: Sounder,
        patterns: PatternTable = BUZZER_PATTERNS,
        volume = 1
    ) {
        super(new BuzzerIndicator(buzzer, volume), patterns)
    }
}

class BuzzerIndicator implements Indicator {
    constructor(
        private readonly buzzer: Sounder,
        private readonly volume: number
    ) {}

    isPresent(): boolean {
        return this.buzzer.isBound
    }

    /** The buzzer itself ends a tone after its time; a pause needs no command. */
    async show(hz: number, ms: number): Promise<void> {
        if (hz > 0) await this.buzzer.playNote(hz, this.volume, ms)
    }
}
