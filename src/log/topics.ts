import { LevelControl } from "./control"
import { Channel, Core } from "./core"
import { HandlerEntry } from "./entry"
import { Level, NONE, TRACE } from "./levels"
import { covers } from "./pattern"
import { PrimaryFilters } from "./primary"
import { topicFault } from "./spec"
import { HandlerTable } from "./table"

/** Most topics of one log. */
export const MAX_TOPICS = 64
/** Most topics that are restricted to one handler. */
export const MAX_RESTRICTIONS = 8

interface Restriction {
    topic: string
    handler: string
}

/** The topics in use, and for each of them what holds: level, filters, handlers. */
export class Topics {
    private readonly names: string[] = []
    private readonly channels: Channel[] = []
    private restrictions: Restriction[] = []

    constructor(
        private readonly core: Core,
        private readonly table: HandlerTable,
        private readonly filters: PrimaryFilters,
        private readonly control: LevelControl
    ) {}

    /** @throws RangeError for a malformed topic, or more than MAX_TOPICS */
    channel(topic: string): Channel {
        return this.channels[this.index(topic)]
    }

    /**
     * Number of a topic, from 0.
     * @throws RangeError for a malformed topic, or more than MAX_TOPICS
     */
    index(topic: string): number {
        // native, where a search by hand would take thousands of VM steps
        const known = this.names.indexOf(topic)
        if (known >= 0) return known
        checkTopic(topic)
        if (this.channels.length >= MAX_TOPICS)
            throw new RangeError(`topic "${topic}": at most ${MAX_TOPICS} fit`)
        const channel = new Channel(topic, this.core)
        this.channels.push(channel)
        return this.names.push(topic) - 1
    }

    /** @throws RangeError for a malformed topic, or one too many */
    restrict(topic: string, handler: string | undefined): void {
        checkTopic(topic)
        const others = this.restrictions.filter(r => r.topic !== topic)
        if (handler !== undefined) {
            if (others.length >= MAX_RESTRICTIONS)
                throw new RangeError(
                    `at most ${MAX_RESTRICTIONS} topics are restricted`
                )
            others.push({ topic, handler })
        }
        this.restrictions = others
    }

    /** To be called when levels, handlers or filters have changed. */
    invalidate(): void {
        for (const channel of this.channels) {
            channel.entries = undefined
            channel.threshold = TRACE
        }
    }

    /** Works out what holds for a topic. */
    refresh(channel: Channel): void {
        const { topic } = channel
        channel.filters = this.filters.of(topic)
        channel.entries = this.entriesOf(topic)
        let most = NONE
        for (const entry of channel.entries)
            most = Math.max(most, entry.levelFor(topic))
        channel.threshold = Math.min(most, this.control.level(topic))
    }

    /** The handlers of a topic; the table's own array when these are all, to save heap. */
    private entriesOf(topic: string): HandlerEntry[] {
        const { entries } = this.table
        const only = this.restrictions.find(r => covers(r.topic, topic))
        if (!only && !entries.some(entry => entry.restricted())) return entries
        return entries.filter(
            entry =>
                (!only || entry.name === only.handler) &&
                entry.levelFor(topic) !== NONE
        )
    }
}

function checkTopic(topic: string): void {
    const fault = topicFault(topic)
    if (fault) throw new RangeError(`topic "${topic}": ${fault}`)
}
