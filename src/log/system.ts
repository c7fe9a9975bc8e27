import { Clock, spawn } from "../platform"
import { LevelControl } from "./control"
import { Core } from "./core"
import { HandlerEntry } from "./entry"
import { LogFilter, TASK_PREFIX } from "./filters"
import { Handler, HandlerOptions } from "./handler"
import { LogReceiver } from "./handlers/receiver"
import { Level, NONE } from "./levels"
import { Logger, ServiceLogger } from "./logger"
import { FilterOptions, PrimaryFilters } from "./primary"
import { Account, QueueOptions } from "./queue"
import { parseLevelSpec } from "./spec"
import { HandlerTable } from "./table"
import { Topics } from "./topics"
import { LogWarden } from "./warden"

/** Topic of the log's own reports: what was dropped, what was taken out. */
export const LOG_TOPIC = "log"

/** What `handlers()` tells of a handler. */
export interface HandlerInfo {
    name: string
    /** The level in force; NONE while it is out. */
    level: Level
    /** `running` or `failed`. */
    state: string
    /** What it threw last; undefined when it never did. */
    error: string | undefined
    account: Account
}

/**
 * The log: loggers by topic, handlers by name, levels by specification.
 *
 * The level that counts for a call is kept with its topic, so that a disabled call costs one
 * comparison; whatever changes levels, handlers or filters computes it anew.
 */
export class LogSystem {
    private readonly core: Core
    private readonly table = new HandlerTable()
    private readonly filters = new PrimaryFilters()
    private readonly control: LevelControl
    private readonly topics: Topics
    private readonly loggers: Logger[] = []
    private readonly warden: LogWarden
    private receivers = 0

    /**
     * @param spec levels at the start (`LevelRules`), the only time that trace may be set
     * @throws LevelSpecError
     */
    constructor(clock: Clock, spec = "info") {
        const { table, filters } = this
        const self = this
        this.core = new Core(clock)
        this.control = new LevelControl(spec, error =>
            self.logger(LOG_TOPIC).exception("level listener", error)
        )
        const topics = new Topics(this.core, table, filters, this.control)
        this.topics = topics
        this.core.refresh = channel => topics.refresh(channel)
        this.warden = new LogWarden(
            table,
            filters,
            topics.channel(LOG_TOPIC),
            () => topics.invalidate()
        )
        this.core.warden = this.warden
    }

    /**
     * The logger of a topic, made once.
     * @throws RangeError for a malformed topic, or more than MAX_TOPICS
     */
    logger(topic: string): Logger {
        const { loggers } = this
        const channel = this.topics.channel(topic)
        const at = this.topics.index(topic)
        if (!loggers[at])
            loggers[at] = new Logger(channel, undefined, undefined)
        return loggers[at]
    }

    /**
     * The logger of a task: topic `task.NAME`, lines marked `NAME.service`; for a child of it
     * `task.NAME.CHILD` and `NAME.service.CHILD`.
     * @throws RangeError for a malformed name, or more than MAX_TOPICS
     */
    service(name: string, child?: string): ServiceLogger {
        const tail = child ? "." + child : ""
        const channel = this.topics.channel(TASK_PREFIX + name + tail)
        return new ServiceLogger(channel, `${name}.service${tail}`, undefined)
    }

    /**
     * Adds a handler under a name that is free, and opens it. A handler that has been taken
     * out makes room for another of its name.
     * @throws HandlerExistsError, RangeError for a bad option or one handler too many
     */
    addHandler(name: string, handler: Handler, options?: HandlerOptions): void {
        const { warden, core } = this
        const old = this.table.find(name)
        const entry = this.table.add(name, handler, warden, options)
        if (old) this.close.start(old)
        if (handler.queue)
            handler.queue.onLow = () => warden.due(core.clock.millis())
        this.topics.invalidate()
        if (handler.open)
            spawn(
                async () => {
                    await handler.open()
                },
                error => warden.openFailed(entry, error)
            )
    }

    /**
     * Removes a handler and waits until it is closed; a close that throws is logged.
     * @throws UnknownHandlerError
     */
    async removeHandler(name: string): Promise<void> {
        const entry = this.table.remove(name)
        this.topics.invalidate()
        await this.close(entry)
    }

    /**
     * Changes options of a handler while it runs, the log's and its own. One that was taken
     * out comes back.
     * @throws UnknownHandlerError, RangeError for a bad option (nothing is changed then)
     */
    configureHandler(
        name: string,
        changes: HandlerOptions & Record<string, any>
    ): void {
        this.table.get(name).configure(changes, true)
        this.table.group()
        this.topics.invalidate()
    }

    /** All handlers and receivers. */
    handlers(): HandlerInfo[] {
        return this.table.entries.map(entry => ({
            name: entry.name,
            level: entry.level,
            state: entry.state,
            error: entry.error,
            account: entry.account(),
        }))
    }

    /**
     * Restricts a topic and its children to one handler; undefined ends that.
     * @throws UnknownHandlerError, RangeError for a malformed topic
     */
    restrict(topic: string, handler: string | undefined): void {
        if (handler !== undefined) this.table.get(handler)
        this.topics.restrict(topic, handler)
        this.topics.invalidate()
    }

    /**
     * Adds a filter before all handlers.
     * @throws RangeError when its name is taken, or one filter too many
     */
    addFilter(filter: LogFilter, options: FilterOptions = {}): void {
        this.filters.add(filter, options)
        this.topics.invalidate()
    }

    /** Removes a filter; false when there is none of this name. */
    removeFilter(name: string): boolean {
        const removed = this.filters.remove(name)
        this.topics.invalidate()
        return removed
    }

    /** Lets progress reports through, or not (the default). */
    letProgress(through: boolean): void {
        this.core.progress = through
    }

    /**
     * Subscribes to records by level and topic, as in `none debug@net`. `unsubscribe` ends it.
     * @throws LevelSpecError, RangeError for a bad queue or one handler too many
     */
    subscribe(spec: string, options?: QueueOptions): LogReceiver {
        const rules = parseLevelSpec(spec, NONE)
        this.receivers++
        const name = `receiver-${this.receivers}`
        const receiver = new LogReceiver(name, rules, options)
        this.addHandler(name, receiver)
        return receiver
    }

    /** Ends a subscription; whoever waits for a record gets undefined. */
    async unsubscribe(receiver: LogReceiver): Promise<void> {
        await this.removeHandler(receiver.name)
    }

    /** The level specification in force. */
    spec(): string {
        return this.control.spec()
    }

    /**
     * Takes a level specification, `info` being the default of one that names none.
     * @throws LevelSpecError with the place of the fault, RangeError for trace; the old
     * specification stays in force then
     */
    setSpec(text: string): void {
        this.control.setSpec(text)
        this.levelsChanged()
    }

    /** The level of a topic by the specification, whatever handlers there are. */
    level(topic: string): Level {
        return this.control.level(topic)
    }

    /**
     * Sets the level of a topic and its children, or of a `*` pattern; undefined lets it
     * inherit again.
     * @throws RangeError for a malformed topic, one too many, or trace
     */
    setLevel(topic: string, level: Level | undefined): void {
        this.control.setLevel(topic, level)
        this.levelsChanged()
    }

    /** Calls `listener` after each change of a level; returns how to stop that. */
    onLevelChange(listener: () => void): () => void {
        return this.control.onChange(listener)
    }

    /** Waits for the next change of a level; false when `timeout` ms passed without one. */
    async levelChange(timeout?: number): Promise<boolean> {
        return await this.control.change(timeout)
    }

    /**
     * The most detailed level that any handler would get of a topic. Without a topic: the one
     * that none is more detailed than.
     */
    mostDetailed(topic?: string): Level {
        if (topic) return this.topics.channel(topic).level()
        return Math.min(this.control.mostDetailed(), this.table.mostDetailed())
    }

    private levelsChanged(): void {
        this.topics.invalidate()
        this.control.notify()
    }

    private async close(entry: HandlerEntry): Promise<void> {
        const { handler } = entry
        try {
            if (handler.close) await handler.close()
        } catch (e: any) {
            this.warden.closeFailed(entry, e)
        }
    }

    /** Does what is due by the clock: the log does so by itself, tests call it. */
    tick(): void {
        this.warden.tick()
    }
}
