import { Clock, Signal, spawn } from "../platform"
import { Channel, Core } from "./core"
import { HandlerEntry } from "./entry"
import { covers, LogFilter, TASK_PREFIX } from "./filters"
import { Handler, HandlerOptions } from "./handler"
import { LogReceiver } from "./handlers/receiver"
import { INFO, Level, NONE, TRACE } from "./levels"
import { Logger, ServiceLogger } from "./logger"
import { Account, QueueOptions } from "./queue"
import { LevelRules, parseLevelSpec, topicFault } from "./spec"
import { HandlerTable } from "./table"
import { LogWarden } from "./warden"

/** Most topics: past it, records go to the topic `other`. */
export const MAX_TOPICS = 64

/** What `handlers()` tells of a handler. */
export interface HandlerInfo {
    name: string
    level: Level
    /** `running` or `failed`. */
    state: string
    /** What was thrown last; undefined when nothing was. */
    error: string
    account: Account
}

/**
 * The log: loggers by topic, handlers by name, levels by specification.
 *
 * Levels are cached in the channel of each topic, so that a disabled call costs one
 * comparison; whatever changes levels, handlers or filters computes them anew.
 */
export class LogSystem {
    readonly core: Core
    private readonly table = new HandlerTable()
    private readonly channels: Channel[] = []
    private readonly loggers: Logger[] = []
    private readonly warden: LogWarden
    private rules = new LevelRules(INFO)
    private filters: LogFilter[] = []
    private sealed = false
    private listeners: (() => void)[] = []
    private receivers = 0

    /** @param spec the levels at the start; `info` when left out */
    constructor(clock: Clock, spec?: string) {
        this.core = new Core(clock)
        this.warden = new LogWarden(this, clock)
        this.core.warden = this.warden
        if (spec) this.rules = parseLevelSpec(spec, INFO)
    }

    /** The logger of a topic, made once. @throws RangeError for a malformed topic */
    logger(topic: string): Logger {
        for (const logger of this.loggers)
            if (logger.channel.topic === topic) return logger
        const logger = new Logger(this.channel(topic), undefined, undefined)
        this.loggers.push(logger)
        return logger
    }

    /** The logger of a task, or of one of its children. */
    service(name: string, child?: string): ServiceLogger {
        const tail = child ? "." + child : ""
        const channel = this.channel(TASK_PREFIX + name + tail)
        return new ServiceLogger(channel, `${name}.service${tail}`, undefined)
    }

    addHandler(name: string, handler: Handler, options?: HandlerOptions): void {
        const { warden } = this
        const entry = this.table.add(name, handler, options, warden)
        if (handler.queue) handler.queue.onLow = () => warden.due(0)
        this.recompute()
        if (handler.open) this.open(entry)
    }

    /** Opens a handler in a fiber of its own; one that throws is taken out. */
    private open(entry: HandlerEntry): void {
        const { warden } = this
        spawn(
            async () => {
                await entry.handler.open()
            },
            error => warden.openFailed(entry, error)
        )
    }

    async removeHandler(name: string): Promise<void> {
        const { handler } = this.table.remove(name)
        this.recompute()
        if (handler.close) await handler.close()
    }

    configureHandler(
        name: string,
        changes: HandlerOptions & Record<string, any>
    ): void {
        const entry = this.table.get(name)
        entry.configure(changes)
        if (entry.handler.configure) entry.handler.configure(changes)
        this.recompute()
    }

    handlers(): HandlerInfo[] {
        return this.table.entries.map(entry => ({
            name: entry.name,
            level: entry.options.level,
            state: entry.state,
            error: entry.error,
            account: entry.account(),
        }))
    }

    subscribe(spec: string, options?: QueueOptions): LogReceiver {
        const rules = parseLevelSpec(spec, NONE)
        this.receivers++
        const receiver = new LogReceiver(
            `receiver-${this.receivers}`,
            rules,
            options
        )
        this.addHandler(receiver.name, receiver)
        return receiver
    }

    spec(): string {
        return this.rules.format()
    }

    setSpec(text: string): void {
        this.rules = parseLevelSpec(text, INFO)
        this.levelsChanged()
    }

    setLevel(topic: string, level: Level | undefined): void {
        this.rules.set(topic, level)
        this.levelsChanged()
    }

    level(topic: string): Level {
        return this.rules.level(topic)
    }

    mostDetailed(): Level {
        let most = NONE
        for (const channel of this.channels)
            most = Math.max(most, channel.threshold)
        return most
    }

    onLevelChange(listener: () => void): () => void {
        this.listeners.push(listener)
        return () => {}
    }

    private levelsChanged(): void {
        this.recompute()
        for (const listener of this.listeners) listener()
    }

    entries(): HandlerEntry[] {
        return this.table.entries
    }

    reports(): Channel {
        return this.channel("log")
    }

    restoreFilter(filter: LogFilter): void {}

    recompute(): void {
        for (const channel of this.channels) this.computeChannel(channel)
    }

    private channel(topic: string): Channel {
        for (const channel of this.channels)
            if (channel.topic === topic) return channel
        const fault = topicFault(topic)
        if (fault) throw new RangeError(`topic "${topic}": ${fault}`)
        if (this.channels.length >= MAX_TOPICS)
            throw new RangeError(`at most ${MAX_TOPICS} topics`)
        const channel = new Channel(topic, this.core)
        this.channels.push(channel)
        this.computeChannel(channel)
        return channel
    }

    private computeChannel(channel: Channel): void {
        const { topic } = channel
        let most = NONE
        channel.entries = this.table.entries.filter(
            entry => entry.levelFor(topic) !== NONE
        )
        for (const entry of channel.entries)
            most = Math.max(most, entry.levelFor(topic))
        channel.threshold = Math.min(most, this.rules.level(topic))
    }
}
