import { removeFrom } from "../platform"
import type { Core } from "./core"
import type { HandlerEntry } from "./entry"
import { LogFilter, TASK_PREFIX } from "./filters"
import { Level, NONE, TRACE } from "./levels"
import { covers } from "./pattern"

// A topic is a name in the tree of loggers. What holds for it, the level up to which a call does
// anything and the handlers that take it, is worked out at the first call of a logger and kept in
// it, so that a disabled call costs one comparison. The log keeps MAX_TOPICS loggers to tell them
// of changes. When there are more, one is given up: at its next use it is worked out again, and
// another is given up. So no number of names is too large.
//
// A logger with its own metadata is not kept, since programs make many and forget them: it
// asks the logger that it was made from. A task's logger gets its name when it is used, so that
// one that never is takes little heap.

/** Most loggers that are kept worked out. */
export const MAX_TOPICS = 64

/** Who logs: a logger, with what holds for its topic. */
export interface Source {
    /** Most detailed level that a handler takes; TRACE before that is worked out. */
    threshold: Level
    core: Core
    /**
     * The same as `taking`, where a record goes straight to them. Undefined where there are
     * filters before all handlers, or handlers that take more than the log's level.
     */
    entries: HandlerEntry[]
    /** Dotted name; undefined for a task's logger that has not been used. */
    name: string
    /** The mark of a service's lines; the task's name while `name` is undefined. */
    mark?: string
    meta?: Record<string, any>
    /**
     * The handlers that take this topic, those with the same formatter side by side. Undefined
     * after a change, until the next use: working all topics out at once could take more steps
     * than the VM allows between two waits.
     */
    taking?: HandlerEntry[]
    /** Level by the log's rules; what is more detailed is for `direct` handlers only. */
    ceiling?: Level
    /** Filters before all handlers; undefined when there are none. */
    filters?: LogFilter[]
    /** The logger that it was made from and that knows the topic; undefined when it does itself. */
    base?: Source
    /** Whether it learns of changes. */
    kept?: boolean
}

/** The logger that knows what holds for the topic of another one, or itself, worked out. */
export function settled(source: Source): Source {
    if (source.base) source = source.base
    if (source.taking) return source
    if (source.name === undefined) {
        const task = source.mark
        source.mark = serviceMark(task)
        source.name = TASK_PREFIX + task
    }
    if (!source.kept) keep(source)
    workOut(source)
    return source
}

/** Adds a logger to those that learn of changes. */
export function keep(source: Source): void {
    const { core } = source
    const { topics } = core
    source.kept = true
    if (topics.length < MAX_TOPICS) {
        topics.push(source)
        return
    }
    // in turn, apart from the first, which is the log's own
    const at = (core.replaced % (MAX_TOPICS - 1)) + 1
    core.replaced = at
    giveUp(topics[at])
    topics[at] = source
}

/** Frees what the log keeps of a logger; one that is used after all is kept again. */
export function release(source: Source): void {
    const { topics } = source.core
    // the first is the log's own
    if (source === topics[0]) return
    removeFrom(topics, source)
    giveUp(source)
}

/** To be called when levels, handlers or filters have changed. */
export function invalidate(core: Core): void {
    core.topics.forEach(forget)
}

/** The mark of a task's lines: `name.service`, or `name.service.child`. */
export function serviceMark(task: string): string {
    const dot = task.indexOf(".")
    const end = dot < 0 ? task.length : dot
    return task.slice(0, end) + ".service" + task.slice(end)
}

/** Removes a logger from those that learn of changes. */
function giveUp(source: Source): void {
    source.kept = false
    forget(source)
}

/** Forgets what was worked out for a logger, until its next use. */
export function forget(source: Source): void {
    source.entries = undefined
    source.taking = undefined
    source.threshold = TRACE
}

/** Works out what holds for the topic of a logger. */
function workOut(source: Source): void {
    const { name, core } = source
    const { entries, globalFilters, restrictions } = core
    const only = restrictions && restrictions.handlerOf(name, entries)
    const ceiling = core.rules.levelOf(name)
    let threshold = NONE
    const taking: HandlerEntry[] = []
    for (const entry of entries) {
        if (only && only !== entry.name) continue
        let level = levelFor(entry, name)
        if (level === NONE) continue
        if (level > ceiling && !entry.direct) level = ceiling
        if (level > threshold) threshold = level
        taking.push(entry)
    }
    source.threshold = threshold
    // one array for all topics where it can be, to save heap
    source.taking = taking.length < entries.length ? taking : entries
    const filters = globalFilters && globalFilters.ofTopic(name)
    if (!filters && threshold <= ceiling) source.entries = source.taking
    else {
        source.ceiling = ceiling
        source.filters = filters
    }
}

/** The most detailed level that a handler takes of a topic. */
function levelFor(entry: HandlerEntry, topic: string): Level {
    const { threshold, levels, loggers } = entry
    if (loggers && !coversAny(loggers, topic)) return NONE
    return levels ? Math.min(threshold, levels.levelOf(topic)) : threshold
}

function coversAny(patterns: string[], topic: string): boolean {
    for (const pattern of patterns) if (covers(pattern, topic)) return true
    return false
}
