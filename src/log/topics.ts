import { Channel, Core, HandlerEntry } from "./core"
import { levelFor } from "./entry"
import { Level, NONE, TRACE } from "./levels"

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
