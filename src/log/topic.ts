import { removeFrom } from "../platform"
import { Core, HandlerEntry, NEVER, Source } from "./core"
import { TASK_PREFIX } from "./filters"
import { NONE, TRACE } from "./levels"
import { covers } from "./pattern"

// A topic is a name in the tree of loggers. The first call of a logger works out the level up to
// which its topic is taken and the handlers that take it, and keeps them in the logger, so that a
// disabled call costs one comparison. The log keeps a list of MAX_TOPICS loggers, to invalidate
// them after a change. When there are more, one is given up; at its next use it is worked out
// again and takes the place of another. So the number of topics has no limit.
//
// A logger made by `with` is not kept, since programs make many and forget them: it uses what the
// logger that it was made from has worked out. A task's logger gets its name at its first use, so
// that one that is never used takes little heap.

/** Most loggers that the log keeps. */
export const MAX_TOPICS = 64

/** The log keeps the logger; its records go straight to the handlers. */
export const PLAIN = 1
/** There are filters before all handlers, or handlers that take more than the log's level. */
export const SPECIAL = 2

/** Works out the topic of a logger if need be. @returns the logger that holds the results */
export function settled(source: Source): Source {
    if (source.taking) return source
    if (source.base) return settled(source.base)
    if (source.name === undefined) {
        const task = source.mark
        source.mark = serviceMark(task)
        source.name = TASK_PREFIX + task
    }
    if (!(source.kept > 0)) keep(source)
    workOut(source)
    return source
}

/** Adds a logger to those that the log keeps. */
export function keep(source: Source): void {
    const { core } = source
    const { topics } = core
    source.kept = PLAIN
    if (topics.length < MAX_TOPICS) {
        topics.push(source)
        return
    }
    // each in turn but the first, which is the log's own
    const at = ((core.replaced | 0) % (MAX_TOPICS - 1)) + 1
    core.replaced = at
    giveUp(topics[at])
    topics[at] = source
}

/** Frees what the log keeps of a logger; its next use keeps it again. */
export function release(source: Source): void {
    const { topics } = source.core
    // the first is the log's own
    if (source === topics[0]) return
    removeFrom(topics, source)
    giveUp(source)
}

/** Invalidates all loggers: call it when levels, handlers or filters have changed. */
export function invalidate(core: Core): void {
    core.topics.forEach(forget)
}

/** The mark of a task's lines: `name.service`, or `name.service.child`. */
export function serviceMark(task: string): string {
    const dot = task.indexOf(".")
    const end = dot < 0 ? task.length : dot
    return task.slice(0, end) + ".service" + task.slice(end)
}

/** Marks a logger as not kept by the log, and forgets what was worked out. */
function giveUp(source: Source): void {
    source.kept = 0
    forget(source)
}

/** Forgets what was worked out for a logger, until its next use. */
export function forget(source: Source): void {
    source.taking = undefined
    source.threshold = TRACE
    source.core.loadedAt = NEVER
}

/** Works out which levels and handlers take the topic of a logger. */
function workOut(source: Source): void {
    const { name, core } = source
    const { entries, globalFilters, restrictions } = core
    const only = restrictions && restrictions.handlerOf(name, entries)
    const ceiling = core.rules.levelOf(name)
    let threshold = NONE
    const taking: HandlerEntry[] = []
    for (const entry of entries) {
        const { levels, loggers } = entry
        if (only && only !== entry.name) continue
        if (loggers && !coversAny(loggers, name)) continue
        let level = entry.threshold
        if (levels) level = Math.min(level, levels.levelOf(name))
        if (level === NONE) continue
        if (level > ceiling && !entry.direct) level = ceiling
        if (level > threshold) threshold = level
        taking.push(entry)
    }
    source.threshold = threshold
    // topics that all handlers take share one array, to save heap
    source.taking = taking.length < entries.length ? taking : entries
    const filters = globalFilters && globalFilters.ofTopic(name)
    source.kept = PLAIN
    if (!filters && threshold <= ceiling) return
    source.kept = SPECIAL
    source.ceiling = ceiling
    source.filters = filters
}

function coversAny(patterns: string[], topic: string): boolean {
    for (const pattern of patterns) if (covers(pattern, topic)) return true
    return false
}
