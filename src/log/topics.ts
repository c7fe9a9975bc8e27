import { Channel, Core, HandlerEntry } from "./core"
import { levelFor } from "./entry"
import { Level, NONE, TRACE } from "./levels"
import { covers } from "./pattern"
import { topicFault } from "./spec"

/** Most topics of one log. */
export const MAX_TOPICS = 64
/** Most topics that are restricted to one handler. */
export const MAX_RESTRICTIONS = 8

/**
 * Number of a topic, from 0.
 * @throws RangeError for a malformed topic, or more than MAX_TOPICS
 */
export function topicIndex(core: Core, topic: string): number {
    const { topics, channels } = core
    // native, where a search by hand would take thousands of VM steps
    const known = topics.indexOf(topic)
    if (known >= 0) return known
    checkTopic(topic)
    if (channels.length >= MAX_TOPICS)
        throw new RangeError(`topic "${topic}": at most ${MAX_TOPICS} fit`)
    channels.push(new Channel(topic, core))
    return topics.push(topic) - 1
}

/** What holds for a topic. @throws as `topicIndex` */
export function channelOf(core: Core, topic: string): Channel {
    return core.channels[topicIndex(core, topic)]
}

/** @throws RangeError for a malformed topic, or one too many */
export function restrictTopic(
    core: Core,
    topic: string,
    handler: string | undefined
): void {
    checkTopic(topic)
    const others = core.restrictions.filter(r => r.topic !== topic)
    if (handler !== undefined) {
        if (others.length >= MAX_RESTRICTIONS)
            throw new RangeError(
                `at most ${MAX_RESTRICTIONS} topics are restricted`
            )
        others.push({ topic, handler })
    }
    core.restrictions = others
}

/** To be called when levels, handlers or filters have changed. */
export function invalidate(core: Core): void {
    for (const channel of core.channels) {
        channel.entries = undefined
        channel.threshold = TRACE
    }
}

/** Works out what holds for a topic. */
export function refresh(channel: Channel): void {
    const { topic, core } = channel
    const entries = entriesOf(core, topic)
    let most = NONE
    for (const entry of entries) most = Math.max(most, levelFor(entry, topic))
    channel.filters = core.primary ? core.primary.ofTopic(topic) : undefined
    channel.threshold = Math.min(most, core.rules.levelOf(topic))
    channel.entries = entries
}

/** The most detailed level of a topic that reaches any handler. */
export function channelLevel(channel: Channel): Level {
    if (!channel.entries) refresh(channel)
    return channel.threshold
}

/** The handlers of a topic; the array of all handlers where it can be, to save heap. */
function entriesOf(core: Core, topic: string): HandlerEntry[] {
    const { entries, restrictions } = core
    const only = restrictions.find(r => covers(r.topic, topic))
    if (!only && !entries.some(isRestricted)) return entries
    return entries.filter(
        entry =>
            (!only || entry.name === only.handler) &&
            levelFor(entry, topic) !== NONE
    )
}

/** Whether a handler takes some topics otherwise than others. */
function isRestricted(entry: HandlerEntry): boolean {
    return !!entry.options.loggers || !!entry.options.levels
}

function checkTopic(topic: string): void {
    const fault = topicFault(topic)
    if (fault) throw new RangeError(`topic "${topic}": ${fault}`)
}
