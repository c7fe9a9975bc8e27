import { Core } from "./core"
import { TRACE } from "./levels"
import { Logger } from "./logger"
import { checkTopic } from "./spec"

/** Most topics of one log. */
export const MAX_TOPICS = 64

/**
 * The first logger of a topic, made now with `mark` if there is none.
 * @throws RangeError for a malformed topic, or more than MAX_TOPICS
 */
export function firstLogger(core: Core, topic: string, mark: string): Logger {
    const { topics, channels } = core
    const known = topics.indexOf(topic)
    if (known >= 0) return channels[known] as unknown as Logger
    checkTopic(topic)
    if (channels.length >= MAX_TOPICS)
        throw new RangeError(`topic "${topic}": at most ${MAX_TOPICS} fit`)
    const logger = new Logger(undefined, mark)
    const { channel } = logger
    // fields are looked up in turn, so those of the hot path come first
    channel.threshold = TRACE
    channel.core = core
    channel.entries = undefined
    channel.topic = topic
    topics.push(topic)
    channels.push(channel)
    return logger
}
