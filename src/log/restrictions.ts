import { covers, exactness } from "./pattern"
import { checkTopic } from "./spec"

/** Most topics that are restricted to one handler. */
export const MAX_RESTRICTIONS = 8

/** A topic that goes to one handler only. */
interface Restriction {
    topic: string
    handler: string
}

/** What a restriction asks of a handler. */
interface Named {
    readonly name: string
    failed?: boolean
}

/**
 * Topics that go to one handler only. Made when first needed: the image of a program that uses
 * none does not contain the class.
 * @devsWhenUsed
 */
export class Restrictions {
    private list: Restriction[] = []

    /**
     * The name of the only handler of a topic, by the most exact restriction whose handler takes
     * records; undefined when the topic goes to all.
     */
    handlerOf(topic: string, entries: Named[]): string | undefined {
        let best = -1
        let handler: string = undefined
        for (const restriction of this.list) {
            const weight = exactness(restriction.topic)
            if (weight < best || !covers(restriction.topic, topic)) continue
            if (!isThere(restriction.handler, entries)) continue
            best = weight
            handler = restriction.handler
        }
        return handler
    }

    /**
     * Restricts a topic and its children; when `handler` is undefined, the restriction ends.
     * @throws RangeError for a malformed topic, or beyond MAX_RESTRICTIONS
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

/** Whether a handler takes records: it was neither removed nor taken out. */
function isThere(name: string, entries: Named[]): boolean {
    return entries.some(entry => entry.name === name && !entry.failed)
}
