import * as ds from "@devicescript/core"

/** Time as the firmware sees it: monotonic always, wall clock once somebody has told it. */
export interface Clock {
    /** Milliseconds since start; never goes back. Stands still within one VM slice. */
    millis(): number
    /** Unix time in milliseconds, or undefined while the wall clock is unknown. */
    wall(): number | undefined
    /** Tells the wall clock: Unix time in milliseconds, true at this moment. */
    setWall(unixMs: number): void
    /** Calls `listener` after each `setWall`; returns how to stop that. */
    onSet(listener: () => void): () => void
}

/** The VM's clock. */
export class SystemClock implements Clock {
    private offset: number
    private readonly listeners: (() => void)[] = []

    millis(): number {
        return ds.millis()
    }

    wall(): number | undefined {
        return this.offset === undefined ? undefined : ds.millis() + this.offset
    }

    setWall(unixMs: number): void {
        this.offset = unixMs - ds.millis()
        for (const listener of this.listeners) listener()
    }

    onSet(listener: () => void): () => void {
        const { listeners } = this
        listeners.push(listener)
        return () => {
            const at = listeners.indexOf(listener)
            if (at >= 0) listeners.insert(at, -1)
        }
    }
}
