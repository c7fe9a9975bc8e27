import { checkOption, Clock, OptionTable, Signal } from "../platform"
import { changeSpec, checkTrace, LevelWatch } from "./control"
import { Core, Deferred, HandlerEntry } from "./core"
import { changeEntry, checkOptions, isLogOption, makeEntry } from "./entry"
import { LOG_TOPIC } from "./faults"
import { LogFilter, TASK_PREFIX } from "./filters"
import { FilterOptions, GlobalFilters } from "./global-filters"
import { DEFAULT_BURST, Handler, HandlerOptions } from "./handler"
import { LogReceiver } from "./handlers/receiver"
import { INFO, Level, NONE } from "./levels"
import { closeEntry, HandlerInfo, handlerInfo, openEntry } from "./lifecycle"
import { Logger, ServiceLogger } from "./logger"
import { doDue, wakeAt } from "./maintenance"
import { QueueOptions } from "./queue"
import { LogRecord } from "./record"
import { Restrictions } from "./restrictions"
import { checkTopic, LevelRules, parseLevelSpec } from "./spec"
import { checkNew, finestOf, getEntry, placeEntry, removeEntry } from "./table"
import {
    dropTopic,
    invalidate,
    Source,
    Topic,
    topicNamed,
    unusedTopic,
} from "./topic"

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
 *
 * The level that counts for a call is kept with its topic, so that a disabled call costs one
 * comparison; whatever changes levels, handlers or filters computes it anew.
 * @devsWhenUsed
 */
export class LogSystem implements Core {
    // those of the hot path first, and always set
    busy = false
    readonly record: LogRecord = {
        level: 0,
        time: NEVER,
        message: "",
        topic: "",
        mark: undefined,
        wall: undefined,
        meta: undefined,
    }
    source: Source = undefined
    readonly millis: () => number
    globalFilters: GlobalFilters = undefined
    deferred: Deferred[] = undefined
    readonly topics: Topic[] = []
    replaced = 0
    readonly unused: Topic
    entries: HandlerEntry[] = []
    dueAt = Infinity
    rules: LevelRules
    draining: boolean
    progress: boolean
    refused: number
    restrictions: Restrictions
    refusedAt: number
    refusedWait: number
    reporting: boolean
    maintenance: Signal
    /** Undefined until somebody watches levels. */
    private watch: LevelWatch
    private receivers = 0

    /**
     * @param spec levels at the start (`LevelRules`), the only time that trace may be set
     * @param burst records a second that a handler takes unless its options say otherwise;
     * 0 = no limit
     * @throws LevelSpecError, RangeError for a burst out of range
     */
    constructor(
        readonly clock: Clock,
        spec = "info",
        private readonly burst = DEFAULT_BURST
    ) {
        checkOption("log", LOG_OPTIONS, "burst", burst)
        this.millis = clock.millis
        this.rules = parseLevelSpec(spec, INFO)
        this.unused = unusedTopic(this)
        this.logger(LOG_TOPIC)
        // methods, where closures would keep all that is at hand here
        clock.onSet(this.forgetTime)
    }

    /**
     * The logger of a topic.
     * @throws RangeError for a malformed topic
     */
    logger(topic: string): Logger {
        const made = new Logger(undefined)
        const shared = topicNamed(this, topic, made)
        const first = shared as unknown as Logger
        // a first logger that has a mark or data of its own is somebody's
        if (first === made || first.mark || first.meta)
            return first === made ? made : new Logger(shared)
        return first
    }

    /**
     * The logger of a task: topic `task.NAME`, lines marked `NAME.service`; for a child of it
     * `task.NAME.CHILD` and `NAME.service.CHILD`. It takes little heap until it is used.
     * @throws RangeError for a malformed name
     */
    service(name: string, child?: string): ServiceLogger {
        const task = child ? `${name}.${child}` : name
        checkTopic(TASK_PREFIX + task)
        return new Logger(this.unused, task)
    }

    /**
     * Frees what the log keeps of the topic of a logger that is not used any more, as that of a
     * removed task. A logger of the topic that is used after all has it made again.
     */
    freeTopic(logger: Logger): void {
        dropTopic(logger)
    }

    /**
     * Adds a handler under a name that is free, and opens it. A handler that has been taken
     * out makes room for another of its name.
     * @throws HandlerExistsError, OPTION_ERROR for a bad option, RangeError for one handler too many
     */
    addHandler(name: string, handler: Handler, options?: HandlerOptions): void {
        const old = checkNew(this, name, handler)
        const entry = makeEntry(name, handler, options, this.burst)
        if (old) {
            removeEntry(this, old)
            closeEntry.start(this, old)
        }
        const before = this.watchedLevel()
        placeEntry(this, entry)
        invalidate(this)
        this.tellLevel(before)
        if (handler.queue) handler.queue.onLow = this.due
        if (handler.open) openEntry.start(this, entry)
    }

    /** Removes a handler and waits until it is closed. @throws UnknownHandlerError */
    async removeHandler(name: string): Promise<void> {
        const entry = getEntry(this, name)
        const before = this.watchedLevel()
        removeEntry(this, entry)
        invalidate(this)
        this.tellLevel(before)
        await closeEntry(this, entry)
    }

    /**
     * Changes options of a handler while it runs: the log's, and all others are for its own
     * `configure`. One that was taken out comes back.
     * @throws UnknownHandlerError, OPTION_ERROR for a bad option (nothing is changed then)
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
        checkOptions(entry, options)
        if (Object.keys(own).length) handler.configure(own)
        const before = this.watchedLevel()
        changeEntry(entry, options)
        placeEntry(this, entry)
        invalidate(this)
        this.tellLevel(before)
    }

    /** All handlers and receivers. */
    handlers(): HandlerInfo[] {
        return this.entries.map(handlerInfo)
    }

    /**
     * Restricts a topic and its children to one handler; undefined ends that.
     * @throws UnknownHandlerError, RangeError for a malformed topic
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
    filters(): LogFilter[] {
        return this.filterList().all()
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
     * @throws LevelSpecError, OPTION_ERROR for a bad queue, RangeError for one handler too many
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
        return this.rules.toText()
    }

    /**
     * Takes a level specification, `info` being the default of one that names none.
     * @throws LevelSpecError with the place of the fault, RangeError for trace; the old
     * specification stays in force then
     */
    setSpec(text: string): void {
        changeSpec(this, text)
        this.levelsChanged()
    }

    /** The level of a topic by the specification, whatever handlers there are. */
    level(topic: string): Level {
        return this.rules.levelOf(topic)
    }

    /**
     * Sets the level of a topic and its children, or of a `*` pattern; undefined lets it
     * inherit again.
     * @throws OPTION_ERROR for what is no level, RangeError for a malformed topic, one too many,
     * or trace
     */
    setLevel(topic: string, level: Level | undefined): void {
        checkTrace(this, topic, level)
        this.rules.setRule(topic, level)
        this.levelsChanged()
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
        const finest = this.rules.finest()
        let most = NONE
        for (const entry of this.entries) {
            const level = finestOf(entry)
            most = Math.max(
                most,
                entry.direct ? level : Math.min(level, finest)
            )
        }
        return most
    }

    /** The level of each topic in use, and that of all others as the last, under the topic "". */
    allLevels(): TopicLevel[] {
        const { rules } = this
        const levels = this.topics.map(({ name }) => ({
            topic: name,
            level: rules.levelOf(name),
        }))
        levels.push({ topic: "", level: rules.fallback })
        return levels
    }

    private levelWatch(): LevelWatch {
        const journal = this.logger(LOG_TOPIC)
        if (!this.watch)
            this.watch = new LevelWatch(error =>
                journal.exception("level listener", error)
            )
        return this.watch
    }

    /** Does what is due by the clock: the log does so by itself, tests call it. */
    tick(): void {
        doDue(this)
    }

    /** For the log's own use: something is to be done at a time, in ms since start, or now. */
    due(time?: number): void {
        wakeAt(this, time === undefined ? this.millis() : time)
    }

    private levelsChanged(): void {
        invalidate(this)
        if (this.watch) this.watch.tell()
    }

    /** The most detailed level, if somebody wants to know of its changes. */
    private watchedLevel(): Level {
        return this.watch ? this.maxLevel() : NONE
    }

    private tellLevel(before: Level): void {
        if (this.watch && this.maxLevel() !== before) this.watch.tell()
    }

    private filterList(): GlobalFilters {
        if (!this.globalFilters) this.globalFilters = new GlobalFilters()
        return this.globalFilters
    }

    private forgetTime(): void {
        this.record.time = NEVER
    }
}
