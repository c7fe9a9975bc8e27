import { Channel, Core, HandlerEntry, Source } from "./core"
import { levelFor } from "./entry"
import { TASK_PREFIX } from "./filters"
import { Level, NONE, TRACE } from "./levels"
import { checkTopic } from "./spec"

/** Most topics of one log. */
export const MAX_TOPICS = 64

/**
 * Makes `channel` that of a topic, if there is none yet.
 * @returns the channel of the topic
 * @throws RangeError for a malformed topic, or more than MAX_TOPICS
 */
export function claimTopic(
    core: Core,
    topic: string,
    channel: Channel
): Channel {
    const { channels } = core
    for (const known of channels) if (known.topic === topic) return known
    checkTopic(topic)
    if (channels.length >= MAX_TOPICS)
        throw new RangeError(`topic "${topic}": at most ${MAX_TOPICS} fit`)
    // fields are looked up in turn, so those of the hot path come first
    channel.threshold = TRACE
    channel.core = core
    channel.entries = undefined
    channel.topic = topic
    channels.push(channel)
    return channel
}

/**
 * What the loggers of tasks share until each is used for the first time: a logger made with it,
 * and with its task's name in place of a mark, takes 84 bytes of heap, and its topic none.
 */
export function unusedChannel(core: Core): Channel {
    return { threshold: TRACE, core, entries: undefined } as Channel
}

/** The mark of a task's lines: `name.service`, or `name.service.child`. */
export function serviceMark(task: string): string {
    const dot = task.indexOf(".")
    return dot < 0
        ? task + ".service"
        : task.slice(0, dot) + ".service" + task.slice(dot)
}

/**
 * The channel of a logger, worked out. That of a task gets its topic here, at its first use;
 * when all topics are taken, it shares that of the log itself, since a log call never throws.
 */
export function settled(source: Source): Channel {
    if (source.channel.topic === undefined) settle(source)
    const { channel } = source
    channelLevel(channel)
    return channel
}

function settle(source: Source): void {
    const { core } = source.channel
    const task = source.mark
    source.mark = serviceMark(task)
    try {
        const own = source as unknown as Channel
        source.channel = claimTopic(core, TASK_PREFIX + task, own)
    } catch (e: any) {
        source.channel = core.channels[0]
    }
}

/** To be called when levels, handlers or filters have changed. */
export function invalidate(core: Core): void {
    for (const channel of core.channels) {
        channel.entries = undefined
        channel.threshold = TRACE
    }
}

/** The most detailed level of a topic that reaches any handler. */
export function channelLevel(channel: Channel): Level {
    if (!channel.entries) refresh(channel)
    return channel.threshold
}

/** Works out what holds for a topic. */
function refresh(channel: Channel): void {
    const { topic, core } = channel
    const { entries, primary, restrictions } = core
    const only = restrictions ? restrictions.handlerOf(topic) : undefined
    let most = NONE
    const taking: HandlerEntry[] = []
    for (const entry of entries) {
        if (only && only !== entry.name) continue
        const level = levelFor(entry, topic)
        if (level === NONE) continue
        if (level > most) most = level
        taking.push(entry)
    }
    if (primary) channel.filters = primary.ofTopic(topic)
    channel.threshold = Math.min(most, core.rules.levelOf(topic))
    // one array for all topics where it can be, to save heap
    channel.entries = taking.length < entries.length ? taking : entries
}
