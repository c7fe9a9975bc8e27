import { Signal } from "../platform"
import { Core } from "./core"
import { INFO, Level, TRACE } from "./levels"
import { parseLevelSpec } from "./spec"

/** Most listeners and waiting fibers for level changes. */
export const MAX_LISTENERS = 8

/**
 * Takes a level specification. `trace` is for the start only: it is refused later, unless it
 * is in force already, since it can drown a device in the field.
 * @throws LevelSpecError, RangeError for trace; the old specification stays then
 */
export function changeSpec(core: Core, text: string): void {
    const next = parseLevelSpec(text, INFO)
    if (next.fallback === TRACE && core.rules.fallback !== TRACE)
        refuseTrace("the default")
    for (const rule of next.rules) checkTrace(core, rule.topic, rule.level)
    core.rules = next
}

/** @throws RangeError for a bad topic or level, one topic too many, or trace */
export function changeLevel(
    core: Core,
    topic: string,
    level: Level | undefined
): void {
    checkTrace(core, topic, level)
    core.rules.set(topic, level)
}

function checkTrace(core: Core, topic: string, level: Level): void {
    if (level !== TRACE) return
    const rule = core.rules.rule(topic)
    if (!rule || rule.level !== TRACE) refuseTrace(`topic "${topic}"`)
}

function refuseTrace(what: string): void {
    throw new RangeError(`level of ${what}: trace can be set at the start only`)
}

/** Who wants to know of level changes. */
export interface LevelWatch {
    readonly listeners: (() => void)[]
    waiting: Signal[]
}

/** Adds a listener; returns how to remove it. @throws RangeError for one too many */
export function watchLevels(
    watch: LevelWatch,
    listener: () => void
): () => void {
    const { listeners } = watch
    if (listeners.length >= MAX_LISTENERS)
        throw new RangeError(`at most ${MAX_LISTENERS} level listeners`)
    listeners.push(listener)
    return () => {
        const at = listeners.indexOf(listener)
        if (at >= 0) listeners.insert(at, -1)
    }
}

/** Waits for the next change; false when the time ran out. @throws RangeError as above */
export async function waitForLevels(
    watch: LevelWatch,
    timeout: number
): Promise<boolean> {
    if (watch.waiting.length >= MAX_LISTENERS)
        throw new RangeError(`at most ${MAX_LISTENERS} wait for a level`)
    const signal = new Signal()
    watch.waiting.push(signal)
    const changed = await signal.wait(timeout)
    const at = watch.waiting.indexOf(signal)
    if (at >= 0) watch.waiting.insert(at, -1)
    return changed
}

/** Tells listeners and waiting fibers of a change. */
export function tellLevels(
    watch: LevelWatch,
    failed: (error: unknown) => void
): void {
    const { waiting } = watch
    // those that wait from here on wait for the next change
    watch.waiting = []
    for (const signal of waiting) signal.notify()
    for (const listener of watch.listeners.slice())
        try {
            listener()
        } catch (e: any) {
            failed(e)
        }
}
