import { covers } from "./pattern"
import { checkTopic } from "./spec"

/** Most topics that are restricted to one handler. */
export const MAX_RESTRICTIONS = 8

/** A topic that goes to one handler only. */
interface Restriction {
    topic: string
    handler: string
}

/**
 * Topics that go to one handler only. Made with the first of them, so that a program without
 * any does not link this.
 * @devsWhenUsed
 */
export class Restrictions {
    private list: Restriction[] = []

    /** The name of the only handler of a topic; undefined where all take it. */
    handlerOf(topic: string): string | undefined {
        const found = this.list.find(r => covers(r.topic, topic))
        return found ? found.handler : undefined
    }

    /**
     * Restricts a topic and its children; without `handler` it goes to all again.
     * @throws RangeError for a malformed topic, or one too many
     */
    restrictTopic(topic: string, handler: string | undefined): void {
        checkTopic(topic)
        const others = this.list.filter(r => r.topic !== topic)
        if (handler !== undefined) {
            if (others.length >= MAX_RESTRICTIONS)
                throw new RangeError(
                    `at most ${MAX_RESTRICTIONS} topics are restricted`
                )
            others.push({ topic, handler })
        }
        this.list = others
    }
}
