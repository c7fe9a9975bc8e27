import { Signal } from "../platform"
import { Core } from "./core"
import { INFO, Level, TRACE } from "./levels"
import { parseLevelSpec } from "./spec"

/** Most listeners, and most fibers that wait, for level changes. */
export const MAX_LISTENERS = 8

/**
 * Takes a level specification. `trace` is for the start only: it is refused later, unless it
 * is in force already, since it can drown a device in the field.
 * @throws LevelSpecError, RangeError for trace; the old specification stays then
 */
export function changeSpec(core: Core, text: string): void {
    const next = parseLevelSpec(text, INFO)
    refuseTrace(next.fallback, core.rules.fallback, "the default")
    for (const rule of next.rules) checkTrace(core, rule.topic, rule.level)
    core.rules = next
}

/**
 * Refuses trace for a topic that does not have it already.
 * @throws RangeError
 */
export function checkTrace(core: Core, topic: string, level: Level): void {
    const rule = core.rules.rule(topic)
    refuseTrace(level, rule && rule.level, `topic "${topic}"`)
}

function refuseTrace(level: Level, before: Level, what: string): void {
    if (level === TRACE && before !== TRACE)
        throw new RangeError(
            `level of ${what}: trace can be set at the start only`
        )
}

/**
 * Who wants to know of level changes. Made when the first one does.
 * @devsWhenUsed
 */
export class LevelWatch {
    private readonly listeners: (() => void)[] = []
    private waiting: Signal[] = []
    /** Whether listeners are being told: what they change is not told to them again. */
    private telling = false

    /** @param failed told what a listener threw */
    constructor(private readonly failed: (error: unknown) => void) {}

    /** Adds a listener; returns how to remove it. @throws RangeError for one too many */
    listen(listener: () => void): () => void {
        const { listeners } = this
        if (listeners.length >= MAX_LISTENERS)
            throw new RangeError(`at most ${MAX_LISTENERS} level listeners`)
        listeners.push(listener)
        return () => {
            const at = listeners.indexOf(listener)
            if (at >= 0) listeners.insert(at, -1)
        }
    }

    /** Waits for the next change; false when the time ran out. @throws RangeError as above */
    async waitForChange(timeout: number): Promise<boolean> {
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
    tell(): void {
        const { waiting } = this
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
