import { checkOption, Clock, OptionTable, Signal } from "../platform"
import { Core, Deferred } from "./core"
import {
    checkedOptions,
    HandlerEntry,
    handlerInfo,
    HandlerInfo,
    isLogOption,
    makeEntry,
    optionsOf,
    takeOptions,
} from "./entry"
import { LOG_TOPIC } from "./faults"
import { LogFilter, TASK_PREFIX } from "./filters"
import { FilterOptions, GlobalFilters } from "./global-filters"
import {
    Burst,
    DEFAULT_BURST,
    DEFAULT_WINDOW,
    Handler,
    HandlerOptions,
} from "./handler"
import { LogReceiver } from "./handlers/receiver"
import { LevelWatch, maxLevel } from "./level-watch"
import { INFO, Level, NONE } from "./levels"
import { Logger, ServiceLogger, taskLogger } from "./logger"
import { closeEntry, doDue, openEntry, wakeAt } from "./maintenance"
import { QueueOptions } from "./queue"
import { LogRecord } from "./record"
import { Restrictions } from "./restrictions"
import { changedRules, checkTopic, LevelRules, parseLevelSpec } from "./spec"
import { checkNew, getEntry, placeEntry, removeEntry } from "./table"
import { invalidate, keep, release, Source } from "./topic"

const LOG_OPTIONS: OptionTable = `
    burst: int 0 1000000
    filterDefault: int 0 1
`

/** A topic and its level by the specification. */
export interface TopicLevel {
    topic: string
    level: Level
}

/** A time that no clock shows. */
const NEVER = -1

/**
 * The log: loggers by topic, handlers by name, levels by specification.
 * @devsWhenUsed
 */
export class LogSystem implements Core {
    // those of the hot path first, and always set
    busy = false
    readonly record = { time: NEVER } as LogRecord
    source: Source = undefined
    readonly millis: () => number
    deferred: Deferred[] = undefined
    windowEnd = 0
    readonly topics: Logger[] = []
    replaced = 0
    entries: HandlerEntry[] = []
    dueAt = Infinity
    rules: LevelRules
    readonly burst: Burst | null = null
    draining: boolean
    progress: boolean
    refused: number
    refusedAt: number
    refusedWait: number
    globalFilters: GlobalFilters
    restrictions: Restrictions
    maintenance: Signal
    /** Undefined until levels are watched. */
    private watch: LevelWatch
    private receivers = 0

    /**
     * @param spec levels at the start (`LevelRules`), the only time that trace may be set
     * @param burst records a second that a handler takes unless its options say otherwise;
     * 0 = no limit
     * @throws LEVEL_SPEC_ERROR, OPTION_ERROR for a burst out of range
     */
    constructor(
        readonly clock: Clock,
        spec = "info",
        burst = DEFAULT_BURST
    ) {
        checkOption("log", LOG_OPTIONS, "burst", burst)
        if (burst > 0) this.burst = { records: burst, window: DEFAULT_WINDOW }
        this.millis = clock.millis
        this.rules = parseLevelSpec(spec, INFO)
        this.logger(LOG_TOPIC)
        // methods, where closures would keep all that is at hand here
        clock.onSet(this.forgetTime)
    }

    /**
     * The logger of a topic.
     * @throws RangeError for a malformed topic
     */
    logger(topic: string): Logger {
        // one with its own mark or data belongs to a caller
        for (const known of this.topics)
            if (known.name === topic && !known.mark && !known.meta) return known
        checkTopic(topic)
        const made = new Logger(this, topic)
        keep(made)
        return made
    }

    /**
     * The logger of a task: topic `task.NAME`, lines marked `NAME.service`; for a child of it
     * `task.NAME.CHILD` and `NAME.service.CHILD`. It takes little heap until it is used.
     * @throws RangeError for a malformed name
     */
    service(name: string, child?: string): ServiceLogger {
        const task = child ? `${name}.${child}` : name
        checkTopic(TASK_PREFIX + task)
        return taskLogger(this, task)
    }

    /**
     * Frees what the log keeps of a logger that is not used any more, as that of a removed task.
     * One that is used after all is kept again.
     */
    freeTopic(logger: Logger): void {
        release(logger)
    }

    /**
     * Adds a handler under a name that is free, and opens it. A handler that has been taken
     * out makes room for another of its name.
     * @throws HANDLER_EXISTS_ERROR, OPTION_ERROR for a bad option, RangeError for one handler too many
     */
    addHandler(name: string, handler: Handler, options?: HandlerOptions): void {
        const old = checkNew(this, name, handler)
        const entry = makeEntry(name, handler, this.burst)
        if (handler.defaultOptions)
            Object.assign(
                entry,
                checkedOptions(entry, handler.defaultOptions())
            )
        const own = checkedOptions(entry, options)
        if (old) {
            removeEntry(this, old)
            closeEntry.start(this, old)
        }
        this.configure(entry, own)
        if (handler.queue) handler.queue.onLow = this.due
        if (handler.open) openEntry.start(this, entry)
    }

    /** Removes a handler and waits until it is closed. @throws UNKNOWN_HANDLER_ERROR */
    async removeHandler(name: string): Promise<void> {
        const entry = getEntry(this, name)
        removeEntry(this, entry)
        this.changed(false)
        await closeEntry(this, entry)
    }

    /**
     * Changes options of a handler while it runs: the log's, and all others are for its own
     * `configure`. One that was taken out comes back.
     * @throws UNKNOWN_HANDLER_ERROR, OPTION_ERROR for a bad option (nothing is changed then)
     */
    configureHandler(
        name: string,
        changes: HandlerOptions & Record<string, any>
    ): void {
        const entry = getEntry(this, name)
        const { handler } = entry
        const options: Record<string, any> = {}
        const own: Record<string, any> = {}
        for (const key of Object.keys(changes)) {
            const isOwn = handler.configure && !isLogOption(key)
            ;(isOwn ? own : options)[key] = changes[key]
        }
        const checked = checkedOptions(entry, options)
        if (Object.keys(own).length) handler.configure(own)
        this.configure(entry, checked)
    }

    /** All handlers and receivers. */
    handlers(): HandlerInfo[] {
        return this.entries.map(handlerInfo)
    }

    /**
     * The options of a handler, which may be given to `configureHandler` again.
     * @throws UNKNOWN_HANDLER_ERROR
     */
    handlerOptions(name: string): HandlerOptions {
        return optionsOf(getEntry(this, name))
    }

    /**
     * Restricts a topic and its children to one handler; undefined ends that.
     * @throws UNKNOWN_HANDLER_ERROR, RangeError for a malformed topic
     */
    restrict(topic: string, handler: string | undefined): void {
        if (handler !== undefined) getEntry(this, handler)
        if (!this.restrictions) this.restrictions = new Restrictions()
        this.restrictions.restrictTopic(topic, handler)
        invalidate(this)
    }

    /**
     * Adds a filter before all handlers.
     * @throws OPTION_ERROR for a bad option, RangeError when its name is taken, or one too many
     */
    addFilter(filter: LogFilter, options?: FilterOptions): void {
        this.filterList().addFilter(filter, options)
        invalidate(this)
    }

    /** Removes a filter; false when there is none of this name. */
    removeFilter(name: string): boolean {
        const removed = this.filterList().removeFilter(name)
        invalidate(this)
        return removed
    }

    /** The filters before all handlers that are in force, in order. */
    allFilters(): LogFilter[] {
        return this.globalFilters ? this.globalFilters.all() : []
    }

    /**
     * Sets what holds for a record when all filters before all handlers say IGNORE.
     * @param verdict KEEP (the default) or STOP
     * @throws OPTION_ERROR for anything else
     */
    setFilterDefault(verdict: number): void {
        checkOption("log", LOG_OPTIONS, "filterDefault", verdict)
        this.filterList().fallback = verdict
    }

    /** Lets progress reports through, or not (the default). */
    enableProgress(through: boolean): void {
        this.progress = through
    }

    /**
     * Subscribes to records by level and topic, as in `none debug@net`, also to those that are
     * more detailed than the log's own levels. `unsubscribe` ends it.
     * @throws LEVEL_SPEC_ERROR, OPTION_ERROR for a bad queue, RangeError for one handler too many
     */
    subscribe(spec: string, options?: QueueOptions): LogReceiver {
        const rules = parseLevelSpec(spec, NONE)
        this.receivers++
        const name = `receiver-${this.receivers}`
        const receiver = new LogReceiver(name, rules, options)
        this.addHandler(name, receiver)
        return receiver
    }

    /** Ends a subscription; fibers that wait for a record get undefined. */
    async unsubscribe(receiver: LogReceiver): Promise<void> {
        await this.removeHandler(receiver.name)
    }

    /** The level specification in force. */
    spec(): string {
        return this.rules.toText()
    }

    /**
     * Takes a level specification, `info` being the default of one that names none.
     * @throws LEVEL_SPEC_ERROR with the place of the fault, RangeError for trace; the old
     * specification stays in force then
     */
    setSpec(text: string): void {
        this.rules = changedRules(this.rules, text)
        this.changed(true)
    }

    /** The level of a topic by the specification, whatever handlers there are. */
    topicLevel(topic: string): Level {
        return this.rules.levelOf(topic)
    }

    /**
     * Sets the level of a topic and its children, or of a `*` pattern; undefined lets it
     * inherit again.
     * @throws OPTION_ERROR for what is no level, RangeError for a malformed topic, one too many,
     * or trace
     */
    setLevel(topic: string, level: Level | undefined): void {
        this.rules.checkTrace(topic, level)
        this.rules.setRule(topic, level)
        this.changed(true)
    }

    /** Calls `listener` after each change of a level; returns how to stop that. */
    onLevelChange(listener: () => void): () => void {
        return this.levelWatch().listen(listener)
    }

    /** Waits for the next change of a level; false when `timeout` ms passed without one. */
    async levelChange(timeout?: number): Promise<boolean> {
        return await this.levelWatch().waitForChange(timeout)
    }

    /** The most detailed level that any handler gets of any topic, at most. */
    maxLevel(): Level {
        return maxLevel(this)
    }

    /** The level of each topic in use, and that of all others as the last, under the topic "". */
    allLevels(): TopicLevel[] {
        const { rules } = this
        const levels: TopicLevel[] = []
        this.topics.forEach(({ name }) => {
            // a task's logger and a plain one may have the same topic
            if (!levels.some(known => known.topic === name))
                levels.push({ topic: name, level: rules.levelOf(name) })
        })
        levels.push({ topic: "", level: rules.fallback })
        return levels
    }

    /** Does what is due by the clock: the log does so by itself, tests call it. */
    tick(): void {
        doDue(this)
    }

    /** For the log's own use: schedules maintenance at a time, in ms since start, or now. */
    due(time?: number): void {
        wakeAt(this, time === undefined ? this.millis() : time)
    }

    /** Puts a handler in its place with checked options. */
    private configure(entry: HandlerEntry, options: HandlerOptions): void {
        takeOptions(entry, options, this.millis())
        this.windowEnd = 0
        placeEntry(this, entry)
        this.changed(false)
    }

    /** Levels or handlers changed. */
    private changed(inRules: boolean): void {
        invalidate(this)
        if (this.watch) this.watch.tell(inRules)
    }

    private levelWatch(): LevelWatch {
        const journal = this.logger(LOG_TOPIC)
        if (!this.watch)
            this.watch = new LevelWatch(this, error =>
                journal.exception("level listener", error)
            )
        return this.watch
    }

    private filterList(): GlobalFilters {
        if (!this.globalFilters) this.globalFilters = new GlobalFilters()
        return this.globalFilters
    }

    private forgetTime(): void {
        this.record.time = NEVER
    }
}
