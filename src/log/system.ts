import * as ds from "@devicescript/core"
import { AtOnce, checkOption, Clock, OptionTable } from "../platform"
import { Core, Deferred, HandlerEntry, NEVER } from "./core"
import { settleCounts } from "./dispatch"
import {
    checkedOptions,
    handlerInfo,
    HandlerInfo,
    makeEntry,
    optionsOf,
    takeOptions,
} from "./entry"
import { LOG_TOPIC } from "./faults"
import { LogFilter, TASK_PREFIX, Verdict } from "./filters"
import { FilterOptions, GlobalFilters } from "./global-filters"
import {
    Burst,
    DEFAULT_BURST,
    DEFAULT_WINDOW,
    Handler,
    HandlerOptions,
} from "./handler"
import { LogReceiver } from "./handlers/receiver"
import { LevelWatch, maxLevel, tellChange } from "./level-watch"
import { INFO, Level, NONE } from "./levels"
import { Logger, ServiceLogger, taskLogger } from "./logger"
import { closeEntry, doDue, openEntry, putInForce, wakeAt } from "./maintenance"
import { QueueOptions } from "./queue"
import { LogRecord } from "./record"
import { Restrictions } from "./restrictions"
import { checkTopic, checkTrace, LevelRules, parseLevelSpec } from "./spec"
import { checkNew, getEntry, removeEntry } from "./table"
import { invalidate, keep, release } from "./topic"

const LOG_OPTIONS: OptionTable = `
    burst: int 0 1000000
    filterDefault: int 0 1
`

/** A topic and its level by the rules; the topic "" stands for all others. */
export interface TopicLevel {
    topic: string
    level: Level
}

/**
 * The log: loggers by topic, handlers by name, levels by specification.
 * @devsWhenUsed
 */
export class LogSystem implements Core {
    // fields of the hot path come first and are always set, see `core.ts`
    // the first call adds the others
    readonly record = {
        time: 0,
        topic: "",
        name: "",
        meta: undefined,
        level: 0,
        message: "",
    } as LogRecord
    loadedAt = NEVER
    deferred: Deferred[] = undefined
    readonly millis: () => number
    readonly topics: Logger[] = []
    replaced = 0
    entries: HandlerEntry[] = []
    dueAt = Infinity
    rules: LevelRules
    readonly burst: Burst | null = null
    draining: boolean
    progress: boolean
    unreported: number
    reportAt: number
    refusedWait: number
    globalFilters: GlobalFilters
    restrictions: Restrictions
    maintenance: ds.Fiber
    watch: LevelWatch
    /** Receivers made so far, which numbers their names; undefined for none. */
    private receivers: number

    /**
     * @param spec levels at the start (see `LevelRules`); only here may trace be set
     * @param burst records a second, up to MAX_BURST, that a handler takes unless its options set
     * another limit; 0 = no limit
     * @throws LEVEL_SPEC_ERROR for a malformed `spec`, OPTION_ERROR for a `burst` out of range
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
        // a method: a closure would keep all variables of this call in the heap
        clock.onSet(this.forgetTime)
    }

    /**
     * The logger of a topic.
     * @throws RangeError for a malformed topic
     */
    logger(topic: string): Logger {
        // a logger with its own mark or metadata is not shared
        for (const known of this.topics)
            if (known.name === topic && !known.mark && !known.meta) return known
        checkTopic(topic)
        const made = new Logger(this, topic)
        keep(made)
        return made
    }

    /**
     * The logger of a task: topic `task.NAME`, lines marked `NAME.service`; for a child of it
     * `task.NAME.CHILD` and `NAME.service.CHILD`. It takes little heap until its first use.
     * @throws RangeError for a malformed name
     */
    service(name: string, child?: string): ServiceLogger {
        const task = child ? `${name}.${child}` : name
        checkTopic(TASK_PREFIX + task)
        return taskLogger(this, task)
    }

    /**
     * Frees what the log keeps of a logger that is no longer used, as that of a removed task.
     * If the logger is used again, the log keeps it again.
     */
    freeTopic(logger: Logger): void {
        release(logger)
    }

    /**
     * Adds a handler and opens it. A handler that was taken out makes room for another of the same
     * name.
     * @param name 1 to 32 bytes, unique
     * @throws HANDLER_EXISTS_ERROR when the name is taken, OPTION_ERROR for a bad name, handler or
     * option, RangeError for a malformed topic, or beyond MAX_HANDLERS
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
        tellChange(this, false)
        await closeEntry(this, entry)
    }

    /**
     * Changes options of a handler while it runs. Options that are not in HandlerOptions go to its
     * own `configure`. A handler that was taken out comes back.
     * @throws UNKNOWN_HANDLER_ERROR, OPTION_ERROR for a bad option, RangeError for a malformed
     * topic; nothing is changed then
     */
    configureHandler(
        name: string,
        changes: HandlerOptions & Record<string, any>
    ): void {
        const entry = getEntry(this, name)
        const { handler } = entry
        const own: Record<string, any> = {}
        const isOwn = handler.configure !== undefined
        const checked = checkedOptions(entry, changes, isOwn ? own : undefined)
        if (Object.keys(own).length) handler.configure(own)
        this.configure(entry, checked)
    }

    /** State, level and account of all handlers and receivers. */
    handlers(): HandlerInfo[] {
        settleCounts(this.millis())
        return this.entries.map(handlerInfo)
    }

    /**
     * The options of a handler; `configureHandler` accepts them.
     * @throws UNKNOWN_HANDLER_ERROR
     */
    handlerOptions(name: string): HandlerOptions {
        return optionsOf(getEntry(this, name))
    }

    /**
     * Restricts a topic and its children to one handler; when `handler` is undefined, the
     * restriction ends.
     * @throws UNKNOWN_HANDLER_ERROR, RangeError for a malformed topic, or beyond 8 restrictions
     */
    restrict(topic: string, handler: string | undefined): void {
        if (handler !== undefined) getEntry(this, handler)
        if (!this.restrictions) this.restrictions = new Restrictions()
        this.restrictions.restrictTopic(topic, handler)
        invalidate(this)
    }

    /**
     * Adds a filter before all handlers.
     * @throws OPTION_ERROR for a bad filter or option, RangeError for a malformed topic, when the
     * name is taken, or beyond MAX_FILTERS
     */
    addFilter(filter: LogFilter, options?: FilterOptions): void {
        this.filterList().addFilter(filter, options)
        invalidate(this)
    }

    /** Removes a filter before all handlers. @returns false when there is none of this name */
    removeFilter(name: string): boolean {
        const removed = this.filterList().removeFilter(name)
        invalidate(this)
        return removed
    }

    /** The filters before all handlers that are in force, in the order in which they are asked. */
    allFilters(): LogFilter[] {
        return this.globalFilters ? this.globalFilters.all() : []
    }

    /**
     * Sets what happens to a record when all filters before all handlers answer IGNORE.
     * @param verdict KEEP (the default) or STOP
     * @throws OPTION_ERROR for anything else
     */
    setFilterDefault(verdict: Verdict): void {
        checkOption("log", LOG_OPTIONS, "filterDefault", verdict)
        this.filterList().fallback = verdict
    }

    /** Lets progress reports through, or discards them (the default). */
    enableProgress(through: boolean): void {
        this.progress = through
    }

    /**
     * Subscribes to records by level and topic, also to those that are more detailed than the
     * log's own levels. `unsubscribe` ends the subscription.
     * @param spec levels by topic, as `none debug@net`; other topics have level `none` by default
     * @param options limits of the receiver's queue
     * @throws LEVEL_SPEC_ERROR, OPTION_ERROR for a bad limit, RangeError beyond MAX_HANDLERS
     */
    subscribe(spec: string, options?: QueueOptions): LogReceiver {
        const rules = parseLevelSpec(spec, NONE)
        this.receivers = (this.receivers | 0) + 1
        const name = `receiver-${this.receivers}`
        const receiver = new LogReceiver(name, rules, options)
        this.addHandler(name, receiver)
        return receiver
    }

    /**
     * Ends a subscription; a fiber that waits for a record gets undefined.
     * @throws UNKNOWN_HANDLER_ERROR when it has ended already
     */
    async unsubscribe(receiver: LogReceiver): Promise<void> {
        await this.removeHandler(receiver.name)
    }

    /** The level specification in force, as text. */
    spec(): string {
        return this.rules.toText()
    }

    /**
     * Applies a level specification; `info` is the default level of one that gives none.
     * @throws LEVEL_SPEC_ERROR with the place of the fault, RangeError for trace unless it is in
     * force already; the old specification then stays in force
     */
    setSpec(text: string): void {
        this.rules = parseLevelSpec(text, INFO, this.rules)
        invalidate(this)
        tellChange(this, true)
    }

    /** The level of a topic by the specification, whatever the handlers take. */
    topicLevel(topic: string): Level {
        return this.rules.levelOf(topic)
    }

    /**
     * Sets the level of a topic and its children, or of a `*` pattern; undefined removes the
     * override.
     * @throws OPTION_ERROR for a value that is not a level; RangeError for a malformed topic, for
     * one beyond 32 overrides, or for trace unless it is in force already
     */
    setLevel(topic: string, level: Level | undefined): void {
        checkTrace(this.rules, topic, level)
        this.rules.setRule(topic, level)
        invalidate(this)
        tellChange(this, true)
    }

    /**
     * Calls `listener` after each change of levels, also when a handler changes `maxLevel`.
     * @returns a function that removes the listener
     * @throws RangeError beyond 8 listeners
     */
    onLevelChange(listener: () => AtOnce): () => void {
        return this.levelWatch().listen(listener)
    }

    /**
     * Waits for the next change of levels, as `onLevelChange` reports them.
     * @param timeout longest wait in ms; no limit when left out
     * @returns false when the time ran out
     * @throws RangeError when 8 fibers wait already
     */
    async levelChange(timeout?: number): Promise<boolean> {
        return await this.levelWatch().waitForChange(timeout)
    }

    /** An upper bound of the level up to which any handler takes records of any topic. */
    maxLevel(): Level {
        return maxLevel(this)
    }

    /** The level of each topic in use, and as the last one, with topic "", that of all others. */
    allLevels(): TopicLevel[] {
        const { rules } = this
        const levels: TopicLevel[] = []
        this.topics.forEach(({ name }) => {
            // the logger of a task and a plain one may have the same topic
            if (!levels.some(known => known.topic === name))
                levels.push({ topic: name, level: rules.levelOf(name) })
        })
        levels.push({ topic: "", level: rules.fallback })
        return levels
    }

    /** Does the maintenance that is due by the clock. The log does so by itself; tests call it. */
    tick(): void {
        doDue(this)
    }

    /** For the log's own use: schedules maintenance at a time, in ms since start, or now. */
    due(time?: number): void {
        wakeAt(this, time)
    }

    /** Applies checked options to a handler, and places it among the others. */
    private configure(entry: HandlerEntry, options: HandlerOptions): void {
        const now = this.millis()
        settleCounts(now)
        takeOptions(entry, options, now)
        putInForce(this, entry)
        tellChange(this, false)
    }

    private levelWatch(): LevelWatch {
        if (!this.watch)
            this.watch = new LevelWatch(this, this.logger(LOG_TOPIC))
        return this.watch
    }

    private filterList(): GlobalFilters {
        if (!this.globalFilters) this.globalFilters = new GlobalFilters()
        return this.globalFilters
    }

    private forgetTime(): void {
        this.loadedAt = NEVER
    }
}
