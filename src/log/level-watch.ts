import {
    addListener,
    AtOnce,
    callListeners,
    removeFrom,
    Signal,
} from "../platform"
import { Core } from "./core"
import { Level, NONE } from "./levels"
import type { Logger } from "./logger"

/** Most listeners, and most waiting fibers, for level changes. */
export const MAX_LISTENERS = 8

/** An upper bound of the level up to which any handler takes records of any topic. */
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

/** Reports a change. @param inRules whether levels changed; otherwise handlers did */
export function tellChange({ watch }: Core, inRules: boolean): void {
    if (watch) watch.tell(inRules)
}

/**
 * The listeners and fibers that wait for level changes. Made with the first of them.
 * @devsWhenUsed
 */
export class LevelWatch {
    private readonly listeners: (() => AtOnce)[] = []
    private waiting: Signal[] = []
    /** Whether listeners are being called: changes that they make are not reported to them. */
    private telling = false
    private most: Level

    /** @param reports takes the reports about listeners that threw */
    constructor(
        private readonly core: Core,
        private readonly reports: Logger
    ) {
        this.most = maxLevel(core)
    }

    /**
     * Adds a listener.
     * @returns a function that removes it
     * @throws RangeError when there are MAX_LISTENERS already
     */
    listen(listener: () => AtOnce): () => void {
        const { listeners } = this
        if (listeners.length >= MAX_LISTENERS)
            throw new RangeError(`at most ${MAX_LISTENERS} level listeners`)
        return addListener(listeners, listener)
    }

    /**
     * Waits for the next change, at most `timeout` ms.
     * @returns false when the time ran out
     * @throws RangeError when MAX_LISTENERS fibers wait already
     */
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
     * Reports a change.
     * @param inRules true when the level rules changed; false when handlers did, which counts only
     * if it changes the most detailed level
     */
    tell(inRules: boolean): void {
        const { waiting, most } = this
        this.most = maxLevel(this.core)
        if (!inRules && this.most === most) return
        // fibers that begin to wait from here on wait for the next change
        this.waiting = []
        for (const signal of waiting) signal.notify()
        if (this.telling) return
        this.telling = true
        const { listeners, reports } = this
        callListeners(listeners, undefined, "level listener", reports)
        this.telling = false
    }
}
