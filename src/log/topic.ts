import type { Core, HandlerEntry } from "./core"
import { TASK_PREFIX } from "./filters"
import { LogFilter } from "./filters"
import { Level, NONE, TRACE } from "./levels"
import { covers } from "./pattern"
import { checkTopic } from "./spec"

// A topic is a name in the tree of loggers, with what holds for it worked out: the level up to
// which a call does anything, and the handlers that take it. To save heap (84 bytes for each
// object) a topic is no object of its own: the first logger of a topic holds its fields as
// well, and is its own `topic`; further loggers of it point there. A task's logger points to
// `Core.unused` until it logs, so that a task that never does has no topic.
//
// The log keeps MAX_TOPICS of them, to tell them of changes. When there are more, one goes: at
// its next use it is worked out again and another goes. So no number of names is too large.

/** Most topics that are kept worked out. */
export const MAX_TOPICS = 64

/** Who logs: a logger. */
export interface Source {
    topic: Topic
    /** The mark of a service's lines; the task's name while `topic` is `Core.unused`. */
    mark?: string
    meta?: Record<string, any>
}

/** What all loggers of one topic share. */
export interface Topic extends Source {
    /**
     * Most detailed level that is let through to any handler. TRACE while `entries` is
     * undefined, so that any call comes to work it out.
     */
    threshold: Level
    core: Core
    /**
     * The handlers that take this topic, those with the same formatter side by side. Undefined
     * after a change, until the next use: working all topics out at once could take more steps
     * than the VM allows between two waits.
     */
    entries: HandlerEntry[]
    /** Level by the log's rules; what is more detailed is for `direct` handlers only. */
    ceiling: Level
    /** Dotted name; undefined for `Core.unused`. */
    name: string
    /** Filters before all handlers; undefined when there are none. */
    filters?: LogFilter[]
    /** Whether the log does not keep it (any more). */
    dropped?: boolean
}

/** What the loggers of tasks share until each is used for the first time. */
export function unusedTopic(core: Core): Topic {
    return { threshold: TRACE, core, entries: undefined } as Topic
}

/**
 * The topic of a name.
 * @param first becomes the topic when there is none yet
 * @throws RangeError for a malformed name
 */
export function topicNamed(core: Core, name: string, first: Source): Topic {
    for (const known of core.topics) if (known.name === name) return known
    checkTopic(name)
    // fields are looked up in turn, so those of the hot path come first
    const topic = first as Topic
    topic.threshold = TRACE
    topic.core = core
    topic.entries = undefined
    topic.ceiling = TRACE
    topic.name = name
    keep(core, topic)
    return topic
}

/** Forgets the topic of a logger, which frees its heap when no logger of it is left. */
export function dropTopic({ topic }: Source): void {
    const { topics } = topic.core
    const at = topics.indexOf(topic)
    // the first is the log's own
    if (at <= 0) return
    forget(topics[at])
    topics.insert(at, -1)
}

/** The topic of a logger, worked out. */
export function settled(source: Source): Topic {
    const { core, name } = source.topic
    if (name === undefined) {
        const task = source.mark
        source.mark = serviceMark(task)
        source.topic = topicNamed(core, TASK_PREFIX + task, source)
    }
    const { topic } = source
    if (!topic.entries) workOut(topic)
    return topic
}

/** To be called when levels, handlers or filters have changed. */
export function invalidate(core: Core): void {
    core.topics.forEach(unsettle)
}

/** The mark of a task's lines: `name.service`, or `name.service.child`. */
export function serviceMark(task: string): string {
    const dot = task.indexOf(".")
    return dot < 0
        ? task + ".service"
        : task.slice(0, dot) + ".service" + task.slice(dot)
}

/** The most detailed level that a handler takes of a topic. */
export function levelFor(entry: HandlerEntry, topic: string): Level {
    const { level, levels, loggers } = entry
    if (loggers && !loggers.some(pattern => covers(pattern, topic))) return NONE
    return levels ? Math.min(level, levels.levelOf(topic)) : level
}

function unsettle(topic: Topic): void {
    topic.entries = undefined
    topic.threshold = TRACE
}

/** Puts a topic among those that are told of changes. */
function keep(core: Core, topic: Topic): void {
    const { topics } = core
    topic.dropped = false
    if (topics.length < MAX_TOPICS) {
        topics.push(topic)
        return
    }
    // in turn, apart from the first, which is the log's own
    core.replaced = (core.replaced % (MAX_TOPICS - 1)) + 1
    forget(topics[core.replaced])
    topics[core.replaced] = topic
}

function forget(topic: Topic): void {
    unsettle(topic)
    topic.dropped = true
}

/** Works out what holds for a topic. */
function workOut(topic: Topic): void {
    const { name, core } = topic
    const { entries, globalFilters, restrictions, rules } = core
    if (topic.dropped) keep(core, topic)
    const only = restrictions && restrictions.handlerOf(name, entries)
    const ceiling = rules.levelOf(name)
    let threshold = NONE
    const taking: HandlerEntry[] = []
    for (const entry of entries) {
        if (only && only !== entry.name) continue
        const level = levelFor(entry, name)
        if (level === NONE) continue
        const most = entry.direct ? level : Math.min(level, ceiling)
        if (most > threshold) threshold = most
        taking.push(entry)
    }
    topic.filters = globalFilters && globalFilters.ofTopic(name)
    topic.threshold = threshold
    topic.ceiling = ceiling
    // one array for all topics where it can be, to save heap
    topic.entries = taking.length < entries.length ? taking : entries
}
