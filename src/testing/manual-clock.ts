import { AtOnce, Clock, ClockChange } from "../platform"

/** A clock that the test sets by `now`; `asked` counts the calls of `millis`. */
export class ManualClock implements Clock {
    now: number
    asked = 0
    offset: number
    private readonly listeners: ((change: ClockChange) => AtOnce)[] = []

    /** @param now uptime at first, in ms */
    constructor(now = 1000) {
        this.now = now
    }

    millis(): number {
        this.asked++
        return this.now
    }

    wall(): number | undefined {
        return this.offset === undefined ? undefined : this.now + this.offset
    }

    setWall(unixMs: number): void {
        this.offset = unixMs - this.now
        const change = {
            source: "test",
            correction: undefined as number,
            stepped: false,
        }
        for (const listener of this.listeners) listener(change)
    }

    onSet(listener: (change: ClockChange) => AtOnce): () => void {
        this.listeners.push(listener)
        return () => {}
    }
}
