import { addTo, removeFrom, Signal } from "../platform"
import { Core } from "./core"
import { Level, NONE } from "./levels"

/** Most listeners, and most fibers that wait, for level changes. */
export const MAX_LISTENERS = 8

/** The most detailed level that any handler gets of any topic, at most. */
export function maxLevel({ rules, entries }: Core): Level {
    const finest = rules.finest()
    let most = NONE
    for (const entry of entries) {
        const { direct, levels, threshold } = entry
        const own = levels ? Math.min(threshold, levels.finest()) : threshold
        most = Math.max(most, direct ? own : Math.min(own, finest))
    }
    return most
}

/**
 * Who wants to know of level changes. Made when the first one does.
 * @devsWhenUsed
 */
export class LevelWatch {
    private readonly listeners: (() => void)[] = []
    private waiting: Signal[] = []
    /** Whether listeners are being called: what they change is not reported to them again. */
    private telling = false
    private most: Level

    /** @param failed called with what a listener threw */
    constructor(
        private readonly core: Core,
        private readonly failed: (error: unknown) => void
    ) {
        this.most = maxLevel(core)
    }

    /** Adds a listener; returns how to remove it. @throws RangeError for one too many */
    listen(listener: () => void): () => void {
        const { listeners } = this
        if (listeners.length >= MAX_LISTENERS)
            throw new RangeError(`at most ${MAX_LISTENERS} level listeners`)
        return addTo(listeners, listener)
    }

    /** Waits for the next change; false when the time ran out. @throws RangeError as above */
    async waitForChange(timeout: number): Promise<boolean> {
        if (this.waiting.length >= MAX_LISTENERS)
            throw new RangeError(`at most ${MAX_LISTENERS} wait for a level`)
        const signal = new Signal()
        this.waiting.push(signal)
        const changed = await signal.wait(timeout)
        removeFrom(this.waiting, signal)
        return changed
    }

    /**
     * Tells of a change.
     * @param inRules whether levels themselves changed; otherwise handlers did, which counts when
     * the most detailed level is another one by that
     */
    tell(inRules: boolean): void {
        const { waiting, most } = this
        this.most = maxLevel(this.core)
        if (!inRules && this.most === most) return
        // those that wait from here on wait for the next change
        this.waiting = []
        for (const signal of waiting) signal.notify()
        if (this.telling) return
        this.telling = true
        for (const listener of this.listeners.slice())
            try {
                listener()
            } catch (e: any) {
                this.failed(e)
            }
        this.telling = false
    }
}
