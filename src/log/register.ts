import { Core } from "./core"
import { Logger } from "./logger"
import { claimTopic } from "./topics"

/**
 * The first logger of a topic, made now with `mark` if there is none.
 * @throws RangeError for a malformed topic, or more than MAX_TOPICS
 */
export function firstLogger(core: Core, topic: string, mark: string): Logger {
    const { channel } = new Logger(undefined, mark)
    return claimTopic(core, topic, channel) as unknown as Logger
}
