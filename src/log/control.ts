import { Signal } from "../platform"
import { INFO, Level, TRACE } from "./levels"
import { LevelRules, parseLevelSpec } from "./spec"

/** Most listeners and waiting fibers for level changes. */
export const MAX_LISTENERS = 8

/**
 * The levels of the loggers while running. `trace` is for the start only: it is refused
 * later, unless it is in force already, since it can drown a device in the field.
 */
export class LevelControl {
    private rules: LevelRules
    private readonly listeners: (() => void)[] = []
    private waiting: Signal[] = []

    /**
     * @param spec levels at the start
     * @param failed told what a listener threw
     * @throws LevelSpecError
     */
    constructor(
        spec: string,
        private readonly failed: (error: unknown) => void
    ) {
        this.rules = parseLevelSpec(spec, INFO)
    }

    /** The level of a topic by the specification. */
    level(topic: string): Level {
        return this.rules.level(topic)
    }

    /** The most detailed level of any topic. */
    mostDetailed(): Level {
        return this.rules.mostDetailed()
    }

    /** The specification in force. */
    spec(): string {
        return this.rules.format()
    }

    /** @throws LevelSpecError, RangeError for trace; the old specification stays then */
    setSpec(text: string): void {
        const next = parseLevelSpec(text, INFO)
        if (next.fallback === TRACE && this.rules.fallback !== TRACE)
            refuseTrace("the default")
        for (const rule of next.rules) this.checkTrace(rule.topic, rule.level)
        this.rules = next
    }

    /** @throws RangeError for a bad topic or level, one topic too many, or trace */
    setLevel(topic: string, level: Level | undefined): void {
        this.checkTrace(topic, level)
        this.rules.set(topic, level)
    }

    /** Calls `listener` after each change; returns how to stop that. */
    onChange(listener: () => void): () => void {
        const { listeners } = this
        if (listeners.length >= MAX_LISTENERS)
            throw new RangeError(`at most ${MAX_LISTENERS} level listeners`)
        listeners.push(listener)
        return () => {
            const at = listeners.indexOf(listener)
            if (at >= 0) listeners.insert(at, -1)
        }
    }

    /** Waits for the next change; false when `timeout` ms passed without one. */
    async change(timeout?: number): Promise<boolean> {
        if (this.waiting.length >= MAX_LISTENERS)
            throw new RangeError(`at most ${MAX_LISTENERS} wait for a level`)
        const signal = new Signal()
        this.waiting.push(signal)
        const changed = await signal.wait(timeout)
        const at = this.waiting.indexOf(signal)
        if (at >= 0) this.waiting.insert(at, -1)
        return changed
    }

    /** Tells listeners and waiting fibers of a change. */
    notify(): void {
        const { waiting } = this
        // those that wait from here on wait for the next change
        this.waiting = []
        for (const signal of waiting) signal.notify()
        for (const listener of this.listeners.slice())
            try {
                listener()
            } catch (e: any) {
                this.failed(e)
            }
    }

    private checkTrace(topic: string, level: Level): void {
        if (level !== TRACE) return
        const rule = this.rules.rule(topic)
        if (!rule || rule.level !== TRACE) refuseTrace(`topic "${topic}"`)
    }
}

function refuseTrace(what: string): void {
    throw new RangeError(`level of ${what}: trace can be set at the start only`)
}
